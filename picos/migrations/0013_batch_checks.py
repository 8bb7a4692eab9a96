from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("picos", "0012_states_channels_and_likely_copies"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="batch",
            constraint=models.CheckConstraint(condition=models.Q(("count__gte", 1)), name="batch_has_copies"),
        ),
        migrations.AddConstraint(
            model_name="batch",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["queued", "minting", "done", "cancelled"])),
                name="batch_state_is_known",
            ),
        ),
    ]
