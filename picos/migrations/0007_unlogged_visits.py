from django.db import migrations

# Who was here of late, to tell a scan from its repetition: a crash may forget it.
TABLES = ("picos_visit", "picos_sighting")


class Migration(migrations.Migration):
    dependencies = [("picos", "0006_lanes")]
    operations = [
        migrations.RunSQL(f"ALTER TABLE {table} SET UNLOGGED", f"ALTER TABLE {table} SET LOGGED") for table in TABLES
    ]
