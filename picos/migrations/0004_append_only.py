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
"""
TABLES = ("picos_event", "picos_channeluse")


class Migration(migrations.Migration):
    dependencies = [("picos", "0003_links_states_and_channels")]
    operations = [
        migrations.RunSQL(REFUSE, "DROP FUNCTION refuse_change()"),
        *(
            migrations.RunSQL(
                f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION refuse_change()",
                f"DROP TRIGGER append_only ON {table}",
            )
            for table in TABLES
        ),
    ]
