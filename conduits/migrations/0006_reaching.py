import django.contrib.postgres.fields
import django.db.models.deletion
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("conduits", "0005_connectors"),
    ]

    operations = [
        migrations.CreateModel(
            name="Way",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="ways", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("email", "E-mail"), ("push", "Browser"), ("messenger", "App")], max_length=9
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                ("sealed", models.TextField(blank=True)),
                ("digest", models.BinaryField(max_length=32)),
                ("status", models.CharField(choices=[("on", "On"), ("off", "Off")], default="on", max_length=3)),
                ("off_reason", models.CharField(blank=True, max_length=200)),
                ("free_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(models.F("person"), models.F("kind"), models.F("digest"), name="way_once"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["email", "push", "messenger"])), name="way_kind_is_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["on", "off"])), name="way_status_is_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Reach",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("zone", models.CharField(default="UTC", max_length=50)),
                ("quiet_from", models.TimeField(null=True)),
                ("quiet_until", models.TimeField(null=True)),
                ("urgent_passes", models.BooleanField(default=False)),
                (
                    "digest",
                    models.CharField(
                        choices=[
                            ("off", "At once"),
                            ("daily", "Once a day, all in one"),
                            ("weekly", "Once a week, all in one"),
                        ],
                        default="off",
                        max_length=6,
                    ),
                ),
                ("digest_hour", models.PositiveSmallIntegerField(default=8)),
                ("digest_weekday", models.PositiveSmallIntegerField(default=0)),
                ("per_company", models.PositiveSmallIntegerField(default=10)),
                (
                    "muted_kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=8), default=list, size=None
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "reaches",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("quiet_from", None), ("quiet_until", None)),
                            models.Q(("quiet_from__isnull", False), ("quiet_until__isnull", False)),
                            _connector="OR",
                        ),
                        name="reach_quiet_from_and_until",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("digest__in", ["off", "daily", "weekly"])), name="reach_digest_is_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("digest_hour__range", (0, 23)), ("digest_weekday__range", (0, 6))),
                        name="reach_digest_has_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("per_company__range", (1, 100))), name="reach_limit_in_bounds"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Mute",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="mutes", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="parties.company"
                    ),
                ),
                ("at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "constraints": [models.UniqueConstraint(models.F("person"), models.F("company"), name="mute_once")],
            },
        ),
        migrations.CreateModel(
            name="Dispatch",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "way",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="dispatches", to="conduits.way"
                    ),
                ),
                (
                    "notice",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="dispatches",
                        to="picos.notice",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "on its way"),
                            ("sent", "sent"),
                            ("failed", "failed"),
                            ("seen", "not sent: you had seen it"),
                            ("muted", "not sent: muted"),
                            ("shut", "not sent: this way is off"),
                        ],
                        default="waiting",
                        max_length=7,
                    ),
                ),
                ("next_at", models.DateTimeField(null=True)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("gathers", models.BooleanField(default=False)),
                ("problem", models.CharField(blank=True, max_length=200)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name_plural": "dispatches",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")), fields=["next_at", "way"], name="dispatch_due"
                    ),
                    models.Index(
                        condition=models.Q(("finished_at", None), _negated=True),
                        fields=["finished_at"],
                        name="dispatch_done",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(models.F("notice"), models.F("way"), name="dispatch_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("finished_at", None), ("next_at__isnull", False), ("state", "waiting")),
                            models.Q(
                                ("finished_at__isnull", False),
                                ("next_at", None),
                                ("state__in", ["sent", "failed", "seen", "muted", "shut"]),
                            ),
                            _connector="OR",
                        ),
                        name="dispatch_waits_or_is_done",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Allowance",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "way",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="allowances",
                        to="conduits.way",
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="parties.company"
                    ),
                ),
                ("day", models.DateField()),
                ("used", models.PositiveSmallIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("way", "company", "day"), name="allowance_once"),
                    models.CheckConstraint(condition=models.Q(("used__lte", 100)), name="allowance_in_bounds"),
                ],
            },
        ),
        migrations.CreateModel(
            name="PushKey",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("only", models.BooleanField(default=True, unique=True)),
                ("public", models.BinaryField(max_length=65)),
                ("sealed", models.CharField(max_length=300)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("only", True)), name="push_key_only_one")],
            },
        ),
    ]
