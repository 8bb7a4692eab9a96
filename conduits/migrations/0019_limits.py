"""A rate and a concurrency for each endpoint."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("conduits", "0018_breaker")]
    operations = [
        migrations.AddField(
            model_name="endpoint",
            name="concurrency",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="endpoint",
            name="paced_from",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="endpoint",
            name="rate_per_second",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddConstraint(
            model_name="endpoint",
            constraint=models.CheckConstraint(
                condition=models.Q(("rate_per_second", None), ("rate_per_second__range", (1, 1000)), _connector="OR"),
                name="endpoint_rate_in_bounds",
            ),
        ),
        migrations.AddConstraint(
            model_name="endpoint",
            constraint=models.CheckConstraint(
                condition=models.Q(("concurrency", None), ("concurrency__range", (1, 64)), _connector="OR"),
                name="endpoint_concurrency_in_bounds",
            ),
        ),
    ]
