from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("api", "0001_keys_and_tallies")]
    operations = [
        migrations.RunSQL("ALTER TABLE api_tally SET UNLOGGED", "ALTER TABLE api_tally SET LOGGED"),
    ]
