from django.db import migrations

VERSIONS = (
    "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON rules_ruleversion "
    "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
)
# From the moment at which they are over.
RUNS = """
CREATE TRIGGER append_only BEFORE DELETE ON rules_run FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only_when_over BEFORE UPDATE ON rules_run FOR EACH ROW
WHEN (OLD.outcome NOT IN ('waiting', 'queued')) EXECUTE FUNCTION refuse_change();
"""
ANY_RUNS = "DROP TRIGGER append_only_when_over ON rules_run; DROP TRIGGER append_only ON rules_run"


class Migration(migrations.Migration):
    dependencies = [("rules", "0002_waits_and_questions"), ("picos", "0004_append_only")]
    operations = [
        migrations.RunSQL(VERSIONS, "DROP TRIGGER append_only ON rules_ruleversion"),
        migrations.RunSQL(RUNS, ANY_RUNS),
    ]
