from django.db import migrations, models

OUTCOMES = [
    ("fired", "Fired"),
    ("waiting", "Waiting for what its rule waits for"),
    ("queued", "Behind an earlier run of its rule"),
    ("not_matched", "Not Matched"),
    ("noted", "One event of a pattern that is not complete"),
    ("skipped", "Held back by the rule's own mode, cool-down or limit"),
    ("stopped", "Stopped by a bound"),
    ("cancelled", "Ended while it waited"),
    ("failed", "Failed"),
]


class Migration(migrations.Migration):
    dependencies = [("rules", "0006_paused_because")]
    operations = [
        migrations.AddField("run", "key", models.UUIDField(null=True)),
        migrations.AlterField("run", "outcome", models.CharField(choices=OUTCOMES, max_length=11)),
        migrations.AddIndex(
            "run",
            models.Index(
                fields=["rule", "key", "id"],
                name="run_under_way",
                condition=models.Q(outcome__in=["waiting", "queued"]),
            ),
        ),
        # Append-only from the moment at which they are over.
        migrations.RunSQL(
            "DROP TRIGGER append_only ON rules_run;"
            "CREATE TRIGGER append_only BEFORE DELETE ON rules_run FOR EACH ROW EXECUTE FUNCTION refuse_change();"
            "CREATE TRIGGER append_only_when_over BEFORE UPDATE ON rules_run FOR EACH ROW"
            " WHEN (OLD.outcome NOT IN ('waiting', 'queued')) EXECUTE FUNCTION refuse_change()",
            "DROP TRIGGER append_only_when_over ON rules_run;"
            "DROP TRIGGER append_only ON rules_run;"
            "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON rules_run"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        ),
    ]
