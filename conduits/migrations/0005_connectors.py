import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("conduits", "0004_advisories"),
    ]

    operations = [
        migrations.CreateModel(
            name="Connector",
            fields=[
                (
                    "endpoint",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="connector",
                        serialize=False,
                        to="conduits.endpoint",
                    ),
                ),
                ("config", models.JSONField()),
                ("secrets", models.TextField()),
                ("inbound_digest", models.CharField(max_length=64)),
                ("session", models.TextField(blank=True)),
                ("session_until", models.DateTimeField(null=True)),
                ("worked_at", models.DateTimeField(null=True)),
                ("received_at", models.DateTimeField(null=True)),
                ("error", models.CharField(blank=True, max_length=300)),
                ("error_at", models.DateTimeField(null=True)),
                ("poll_at", models.DateTimeField(null=True)),
                ("poll_failures", models.PositiveSmallIntegerField(default=0)),
                ("cursor", models.JSONField(default=dict)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("poll_at", None), _negated=True),
                        fields=["poll_at"],
                        name="connector_to_poll",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Counterpart",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "connector",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="counterparts",
                        to="conduits.connector",
                    ),
                ),
                ("noun", models.CharField(choices=[("contact", "Contact"), ("request", "Request")], max_length=7)),
                ("key", models.CharField(max_length=150)),
                ("external_id", models.CharField(max_length=200)),
                (
                    "conduit",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="conduits.conduit",
                    ),
                ),
                ("last_message_id", models.UUIDField(null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("connector"), models.F("noun"), models.F("key"), name="counterpart_once"
                    ),
                    models.UniqueConstraint(
                        models.F("connector"),
                        models.F("noun"),
                        models.F("external_id"),
                        condition=models.Q(("noun", "request")),
                        name="counterpart_leads_back",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("noun__in", ["contact", "request"])), name="counterpart_noun_is_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Received",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "connector",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="received",
                        to="conduits.connector",
                    ),
                ),
                ("external_id", models.CharField(max_length=200)),
                ("entry_id", models.UUIDField(null=True)),
                ("at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "verbose_name_plural": "received",
                "indexes": [models.Index(fields=["connector", "entry_id"], name="received_entry")],
                "constraints": [
                    models.UniqueConstraint(models.F("connector"), models.F("external_id"), name="received_once")
                ],
            },
        ),
    ]
