from django.db import migrations

TABLES = ("conduits_accessline", "conduits_attempt", "conduits_terms", "conduits_wording")
# Used, revoked and erased it is later; what it was for never changes, and the receipt stays.
PASSES = """
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OF id, conduit_id, company_id, code_hash, fields, made_at, expires_at
ON conduits_contextpass FOR EACH ROW EXECUTE FUNCTION refuse_change()
"""


class Migration(migrations.Migration):
    dependencies = [("conduits", "0007_mail_and_passes"), ("picos", "0004_append_only")]
    operations = [
        *(
            migrations.RunSQL(
                f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION refuse_change()",
                f"DROP TRIGGER append_only ON {table}",
            )
            for table in TABLES
        ),
        migrations.RunSQL(PASSES, "DROP TRIGGER append_only ON conduits_contextpass"),
    ]
