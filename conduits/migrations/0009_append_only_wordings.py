from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("conduits", "0008_advisories")]
    operations = [
        migrations.RunSQL(
            "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON conduits_wording "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()",
            "DROP TRIGGER append_only ON conduits_wording",
        )
    ]
