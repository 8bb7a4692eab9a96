from django.db import migrations

TABLES = ("journals_entry",)


class Migration(migrations.Migration):
    dependencies = [("journals", "0002_relations"), ("picos", "0002_append_only_events")]
    operations = [
        migrations.RunSQL(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()",
            f"DROP TRIGGER append_only ON {table}",
        )
        for table in TABLES
    ]
