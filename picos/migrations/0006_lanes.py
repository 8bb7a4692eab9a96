from django.db import migrations

LANES = 64


class Migration(migrations.Migration):
    dependencies = [("picos", "0005_event_months")]
    operations = [
        migrations.RunSQL(
            f"INSERT INTO picos_lane SELECT generate_series(0, {LANES - 1})",
            "DELETE FROM picos_lane",
        ),
    ]
