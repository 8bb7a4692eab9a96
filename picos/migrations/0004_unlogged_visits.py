from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("picos", "0003_lanes")]
    operations = [
        migrations.RunSQL("ALTER TABLE picos_visit SET UNLOGGED", "ALTER TABLE picos_visit SET LOGGED"),
    ]
