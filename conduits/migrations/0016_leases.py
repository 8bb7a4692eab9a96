"""What is being sent is leased apart from when it is due; what breaks its sender can be set aside."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("conduits", "0015_role_and_purpose")]
    operations = [
        migrations.AddField(
            model_name="delivery",
            name="leased_until",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="delivery",
            name="lost_claims",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="delivery",
            name="problem",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="delivery",
            name="tries_used",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="delivery",
            name="state",
            field=models.CharField(
                choices=[
                    ("waiting", "Waiting"),
                    ("delivered", "Delivered"),
                    ("failed", "Failed"),
                    ("refused", "Refused"),
                    ("set_aside", "Set Aside"),
                ],
                default="waiting",
                max_length=9,
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["waiting", "delivered", "failed", "refused", "set_aside"])),
                name="delivery_state_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(("problem", ""), ("state", "set_aside"), _connector="OR"),
                name="delivery_problem_is_of_set_aside",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("leased_until__isnull", False), ("state", "waiting")),
                fields=["endpoint", "leased_until"],
                name="delivery_under_way",
            ),
        ),
        migrations.RunSQL(
            "UPDATE conduits_delivery SET tries_used = attempt_count WHERE state = 'waiting'", migrations.RunSQL.noop
        ),
    ]
