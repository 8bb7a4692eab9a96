from django.db import migrations

ENTRIES = (
    "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON journals_entry FOR EACH ROW EXECUTE FUNCTION refuse_change()"
)
# A worker adds the thumbnail later; nothing else of a photo ever changes.
ATTACHMENTS = """
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OF id, entry_id, name, width, height, size, digest
ON journals_attachment FOR EACH ROW EXECUTE FUNCTION refuse_change()
"""


class Migration(migrations.Migration):
    dependencies = [("journals", "0001_journals"), ("picos", "0004_append_only")]
    operations = [
        migrations.RunSQL(ENTRIES, "DROP TRIGGER append_only ON journals_entry"),
        migrations.RunSQL(ATTACHMENTS, "DROP TRIGGER append_only ON journals_attachment"),
    ]
