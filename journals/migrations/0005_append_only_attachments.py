from django.db import migrations

# A worker adds the thumbnail later; nothing else of a photo ever changes.
PROTECT = """
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OF id, entry_id, name, width, height, size, digest
ON journals_attachment FOR EACH ROW EXECUTE FUNCTION refuse_change()
"""


class Migration(migrations.Migration):
    dependencies = [("journals", "0004_public_entries")]
    operations = [migrations.RunSQL(PROTECT, "DROP TRIGGER append_only ON journals_attachment")]
