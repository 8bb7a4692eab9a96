import django.db.models.deletion
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("rules", "0001_rules_and_runs"),
    ]

    operations = [
        migrations.CreateModel(
            name="Question",
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
                        related_name="questions",
                        to="rules.rule",
                    ),
                ),
                (
                    "pico",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="picos.pico"
                    ),
                ),
                (
                    "conduit",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="questions",
                        to="conduits.conduit",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="questions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="questions",
                        to="parties.company",
                    ),
                ),
                ("text", models.CharField(max_length=500)),
                ("choices", models.JSONField()),
                ("event_id", models.UUIDField()),
                ("asked_at", models.DateTimeField(auto_now_add=True)),
                ("due", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                ("choice", models.CharField(blank=True, max_length=40)),
                (
                    "agent",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("answered_at", None)), fields=["pico", "id"], name="question_of_pico"
                    ),
                    models.Index(
                        condition=models.Q(("answered_at", None)), fields=["person", "id"], name="question_for_person"
                    ),
                    models.Index(
                        condition=models.Q(("answered_at", None)), fields=["company", "id"], name="question_for_company"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("company", None), ("person", None), _connector="XOR"),
                        name="question_asks_one_party",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answered_at", None), ("choice", "")),
                            models.Q(("answered_at__isnull", False), models.Q(("choice", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="question_answered_has_choice",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Usage",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("party", models.UUIDField()),
                ("hour", models.DateTimeField()),
                ("evaluations", models.PositiveIntegerField(default=0)),
                ("actions", models.PositiveIntegerField(default=0)),
            ],
            options={
                "verbose_name_plural": "usage",
                "constraints": [models.UniqueConstraint(models.F("party"), models.F("hour"), name="usage_once")],
            },
        ),
        migrations.CreateModel(
            name="Wait",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="wait", to="rules.run"
                    ),
                ),
                ("party", models.UUIDField()),
                ("step", models.PositiveSmallIntegerField()),
                ("anchor", models.UUIDField()),
                ("event_type", models.CharField(blank=True, max_length=50)),
                ("where", models.JSONField(default=dict)),
                ("since", models.BigIntegerField()),
                ("lane", models.SmallIntegerField()),
                ("due", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("event_type", ""), _negated=True),
                        fields=["anchor", "event_type"],
                        name="wait_for_event",
                    ),
                    models.Index(fields=["lane", "due"], name="wait_due"),
                    models.Index(fields=["party"], name="wait_of_party"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Watch",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="watches",
                        to="rules.ruleversion",
                    ),
                ),
                ("key", models.UUIDField()),
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
                ("event_id", models.UUIDField(null=True)),
                ("state", models.JSONField()),
                ("lane", models.SmallIntegerField()),
                ("due", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name_plural": "watches",
                "indexes": [
                    models.Index(
                        condition=models.Q(("due", None), _negated=True), fields=["lane", "due"], name="watch_due"
                    )
                ],
                "constraints": [models.UniqueConstraint(models.F("version"), models.F("key"), name="watch_once")],
            },
        ),
        migrations.CreateModel(
            name="Pace",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "rule",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="rules.rule"
                    ),
                ),
                ("key", models.UUIDField()),
                ("fired", models.JSONField(default=list)),
            ],
            options={
                "constraints": [models.UniqueConstraint(models.F("rule"), models.F("key"), name="pace_once")],
            },
        ),
    ]
