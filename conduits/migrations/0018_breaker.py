"""A breaker for each endpoint."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("conduits", "0017_undelivered")]
    operations = [
        migrations.AddField(
            model_name="endpoint",
            name="failing_since",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="endpoint",
            name="failure_count",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="endpoint",
            name="probe_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="endpoint",
            name="probe_count",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddConstraint(
            model_name="endpoint",
            constraint=models.CheckConstraint(
                condition=models.Q(("probe_at", None), ("failing_since__isnull", False), _connector="OR"),
                name="endpoint_probed_while_failing",
            ),
        ),
    ]
