import django.db.models.deletion
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("conduits", "0007_mail_and_passes"),
        ("parties", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="Rule",
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
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rules",
                        to="parties.company",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rules",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                (
                    "status",
                    models.CharField(
                        choices=[("enabled", "Enabled"), ("disabled", "Disabled"), ("paused", "Paused")],
                        default="enabled",
                        max_length=8,
                    ),
                ),
                ("paused_because", models.CharField(blank=True, max_length=200)),
                (
                    "subscribes",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="subscription",
                        to="conduits.endpoint",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("deleted_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("company", None), ("person", None), _connector="XOR"),
                        name="rule_belongs_to_one_party",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["enabled", "disabled", "paused"])),
                        name="rule_status_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RuleVersion",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
                        to="rules.rule",
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("definition", models.JSONField()),
                ("template", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(models.F("rule"), models.F("number"), name="rule_version_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Listener",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("event_type", models.CharField(max_length=50)),
                ("anchor", models.UUIDField()),
                ("literal", models.CharField(blank=True, max_length=200)),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="listeners", to="rules.ruleversion"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("anchor"),
                        models.F("event_type"),
                        models.F("literal"),
                        models.F("version"),
                        name="listener_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Run",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="runs",
                        to="rules.rule",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="rules.ruleversion",
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
                ("key", models.UUIDField(null=True)),
                ("root_id", models.UUIDField(null=True)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("fired", "Fired"),
                            ("waiting", "Waiting for what its rule waits for"),
                            ("queued", "Behind an earlier run of its rule"),
                            ("not_matched", "Not Matched"),
                            ("noted", "One event of a pattern that is not complete"),
                            ("skipped", "Held back by the rule's own mode, cool-down or limit"),
                            ("stopped", "Stopped by a bound"),
                            ("cancelled", "Ended while it waited"),
                            ("failed", "Failed"),
                        ],
                        max_length=11,
                    ),
                ),
                ("trace", models.JSONField(default=list)),
                ("actions", models.JSONField(default=list)),
                ("at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["rule", "-id"], name="run_newest_first"),
                    models.Index(fields=["pico", "-id"], name="run_of_pico"),
                    models.Index(
                        condition=models.Q(("root_id", None), _negated=True),
                        fields=["root_id", "at"],
                        name="run_of_chain",
                    ),
                    models.Index(
                        condition=models.Q(("outcome__in", ["waiting", "queued"])),
                        fields=["rule", "key", "id"],
                        name="run_under_way",
                    ),
                ],
                "constraints": [models.UniqueConstraint(models.F("version"), models.F("event_id"), name="run_once")],
            },
        ),
        migrations.AddField(
            model_name="rule",
            name="version",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="rules.ruleversion"
            ),
        ),
    ]
