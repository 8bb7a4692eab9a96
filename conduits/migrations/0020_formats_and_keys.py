"""CloudEvents, and a key of its own, for the endpoint that asks for it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("conduits", "0019_limits")]
    operations = [
        migrations.AddField(
            model_name="endpoint",
            name="format",
            field=models.CharField(
                choices=[("standard", "Standard Webhooks"), ("cloudevents", "CloudEvents 1.0")],
                default="standard",
                max_length=11,
            ),
        ),
        migrations.AddField(
            model_name="endpoint",
            name="previous_signing_key",
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name="endpoint",
            name="signing_key",
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddConstraint(
            model_name="endpoint",
            constraint=models.CheckConstraint(
                condition=models.Q(("format__in", ["standard", "cloudevents"])), name="endpoint_format_is_known"
            ),
        ),
    ]
