"""What an owner writes while a conduit is paused waits until it is resumed."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("conduits", "0004_indexes_of_lists"),
    ]

    operations = [
        migrations.CreateModel(
            name="Held",
            fields=[
                ("event_id", models.UUIDField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField(auto_now_add=True)),
                (
                    "conduit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="held", to="conduits.conduit"
                    ),
                ),
            ],
            options={"verbose_name_plural": "held"},
        ),
    ]
