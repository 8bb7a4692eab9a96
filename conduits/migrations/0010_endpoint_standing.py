from django.db import migrations, models

# Those that worked until now are taken to be prompt; the next answer tells.
WORKING = "UPDATE conduits_endpoint SET standing = 'prompt' WHERE failing_since IS NULL"


class Migration(migrations.Migration):
    dependencies = [("conduits", "0009_locks_no_shared_rows")]
    operations = [
        migrations.AddField(
            model_name="endpoint",
            name="standing",
            field=models.CharField(
                choices=[("prompt", "Prompt"), ("slow", "Slow"), ("unproven", "Unproven")],
                default="unproven",
                max_length=8,
            ),
        ),
        migrations.RunSQL(WORKING, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="endpoint",
            constraint=models.CheckConstraint(
                condition=models.Q(("standing__in", ["prompt", "slow", "unproven"])), name="endpoint_standing_is_known"
            ),
        ),
    ]
