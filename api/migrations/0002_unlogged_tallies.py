from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("api", "0001_initial")]
    operations = [
        migrations.RunSQL("ALTER TABLE api_tally SET UNLOGGED", "ALTER TABLE api_tally SET LOGGED"),
    ]
