from django.db import migrations

# As `manage.py createcachetable` makes it, but UNLOGGED: a crash forgives.
TABLE = """
CREATE UNLOGGED TABLE api_cache (cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL);
CREATE INDEX api_cache_expires ON api_cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = [("api", "0002_unlogged_tallies")]
    operations = [migrations.RunSQL(TABLE, "DROP TABLE api_cache")]
