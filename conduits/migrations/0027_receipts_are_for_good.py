from django.db import migrations

# Used, revoked and erased it is later; what it was for never changes, and the receipt stays.
PROTECT = """
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OF id, conduit_id, company_id, code_hash, fields, made_at, expires_at
ON conduits_contextpass FOR EACH ROW EXECUTE FUNCTION refuse_change()
"""


class Migration(migrations.Migration):
    dependencies = [("conduits", "0026_context_passes")]
    operations = [migrations.RunSQL(PROTECT, "DROP TRIGGER append_only ON conduits_contextpass")]
