from django.db import migrations

# A function for every append-only table. Erasing a person is the one exception, and says so for its transaction.
REFUSE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('pico.erasing', true) = 'on' THEN
        RETURN coalesce(new, old);
    END IF;
    RAISE EXCEPTION '% is append-only', tg_table_name USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON picos_event FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
ALLOW = "DROP TRIGGER append_only ON picos_event; DROP FUNCTION refuse_change()"


class Migration(migrations.Migration):
    dependencies = [("picos", "0001_initial")]
    operations = [migrations.RunSQL(REFUSE, ALLOW)]
