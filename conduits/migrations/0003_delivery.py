import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("conduits", "0002_requests"),
    ]

    operations = [
        migrations.CreateModel(
            name="Endpoint",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="endpoints", to="parties.company"
                    ),
                ),
                ("url", models.URLField(max_length=2048)),
                ("kind", models.CharField(blank=True, max_length=20)),
                ("secret", models.CharField(max_length=300)),
                ("previous_secret", models.CharField(blank=True, max_length=300)),
                ("previous_secret_until", models.DateTimeField(null=True)),
                ("signing_key", models.CharField(blank=True, max_length=300)),
                ("previous_signing_key", models.CharField(blank=True, max_length=300)),
                (
                    "format",
                    models.CharField(
                        choices=[("standard", "Standard Webhooks"), ("cloudevents", "CloudEvents 1.0")],
                        default="standard",
                        max_length=11,
                    ),
                ),
                ("ordered", models.BooleanField(default=False)),
                (
                    "status",
                    models.CharField(
                        choices=[("enabled", "Enabled"), ("disabled", "Disabled")], default="enabled", max_length=8
                    ),
                ),
                ("disabled_reason", models.CharField(blank=True, max_length=200)),
                ("rate_per_second", models.PositiveSmallIntegerField(null=True)),
                ("concurrency", models.PositiveSmallIntegerField(null=True)),
                ("paced_from", models.DateTimeField(null=True)),
                ("failure_count", models.PositiveIntegerField(default=0)),
                ("failing_since", models.DateTimeField(null=True)),
                ("probe_at", models.DateTimeField(null=True)),
                ("probe_count", models.PositiveSmallIntegerField(default=0)),
                ("mail_at", models.DateTimeField(null=True)),
                ("mail_tries", models.PositiveSmallIntegerField(default=0)),
                ("deleted_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("mail_at", None), _negated=True),
                        fields=["mail_at"],
                        name="endpoint_to_mail",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["enabled", "disabled"])), name="endpoint_status_is_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("format__in", ["standard", "cloudevents"])), name="endpoint_format_is_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("rate_per_second", None), ("rate_per_second__range", (1, 1000)), _connector="OR"
                        ),
                        name="endpoint_rate_in_bounds",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("concurrency", None), ("concurrency__range", (1, 64)), _connector="OR"),
                        name="endpoint_concurrency_in_bounds",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("probe_at", None), ("failing_since__isnull", False), _connector="OR"),
                        name="endpoint_probed_while_failing",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "endpoint",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="conduits.endpoint",
                    ),
                ),
                ("event_id", models.UUIDField()),
                ("event_type", models.CharField(max_length=50)),
                (
                    "pico",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="picos.pico",
                    ),
                ),
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
                ("sequence", models.BigIntegerField()),
                ("body", models.TextField()),
                (
                    "state",
                    models.CharField(
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
                ("attempt_count", models.PositiveSmallIntegerField(default=0)),
                ("tries_used", models.PositiveSmallIntegerField(default=0)),
                ("next_attempt_at", models.DateTimeField(null=True)),
                ("leased_until", models.DateTimeField(null=True)),
                ("lost_claims", models.PositiveSmallIntegerField(default=0)),
                ("problem", models.CharField(blank=True, max_length=200)),
                ("rule_version_id", models.UUIDField(null=True)),
                (
                    "replay_of",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="replays",
                        to="conduits.delivery",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name_plural": "deliveries",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["endpoint", "next_attempt_at"],
                        name="delivery_due",
                    ),
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["endpoint", "pico", "sequence"],
                        name="delivery_ahead",
                    ),
                    models.Index(
                        condition=models.Q(("leased_until__isnull", False), ("state", "waiting")),
                        fields=["endpoint", "leased_until"],
                        name="delivery_under_way",
                    ),
                    models.Index(fields=["endpoint", "-id"], name="delivery_log"),
                    models.Index(
                        condition=models.Q(("state__in", ["failed", "set_aside"])),
                        fields=["endpoint", "created_at"],
                        name="delivery_undelivered",
                    ),
                    models.Index(
                        condition=models.Q(("replay_of__isnull", False)),
                        fields=["endpoint", "event_id"],
                        name="delivery_replays",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("endpoint"),
                        models.F("event_id"),
                        models.F("rule_version_id"),
                        condition=models.Q(("replay_of", None), ("rule_version_id__isnull", False)),
                        name="delivery_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("next_attempt_at__isnull", False), ("state", "waiting")),
                            models.Q(models.Q(("state", "waiting"), _negated=True), ("next_attempt_at", None)),
                            _connector="OR",
                        ),
                        name="delivery_waits_for_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["waiting", "delivered", "failed", "refused", "set_aside"])),
                        name="delivery_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("problem", ""), ("state", "set_aside"), _connector="OR"),
                        name="delivery_problem_is_of_set_aside",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Attempt",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "delivery",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attempts",
                        to="conduits.delivery",
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("at", models.DateTimeField()),
                ("duration_ms", models.PositiveIntegerField()),
                ("status", models.PositiveSmallIntegerField(null=True)),
                ("error", models.CharField(blank=True, max_length=300)),
                ("answer", models.TextField(blank=True)),
            ],
            options={
                "ordering": ["number"],
                "indexes": [models.Index(fields=["delivery", "number"], name="attempt_in_order")],
            },
        ),
    ]
