from django.db import migrations

LANES = 64


class Migration(migrations.Migration):
    dependencies = [("picos", "0002_append_only_events")]
    operations = [
        migrations.RunSQL(
            f"INSERT INTO picos_lane SELECT generate_series(0, {LANES - 1})",
            "DELETE FROM picos_lane",
        ),
    ]
