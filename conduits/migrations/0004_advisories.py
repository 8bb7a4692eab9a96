import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("conduits", "0003_delivery"),
    ]

    operations = [
        migrations.CreateModel(
            name="Advisory",
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
                        on_delete=django.db.models.deletion.CASCADE, related_name="advisories", to="parties.company"
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="picos.product",
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="picos.batch",
                    ),
                ),
                ("region", models.CharField(blank=True, max_length=6)),
                (
                    "serials",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=102), default=list, size=None
                    ),
                ),
                ("has_serials", models.BooleanField(default=False)),
                ("title", models.CharField(max_length=100)),
                ("body", models.TextField()),
                (
                    "severity",
                    models.CharField(
                        choices=[
                            ("low", "Good to know"),
                            ("medium", "Worth acting on"),
                            ("high", "Important: safety, or the thing does not work"),
                        ],
                        max_length=6,
                    ),
                ),
                ("until", models.DateTimeField(null=True)),
                ("revision", models.PositiveSmallIntegerField(default=1)),
                ("published_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("corrected_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "ending",
                    models.CharField(
                        blank=True, choices=[("all_clear", "all clear"), ("withdrawn", "withdrawn")], max_length=9
                    ),
                ),
                ("closing_words", models.TextField(blank=True)),
            ],
            options={
                "verbose_name_plural": "advisories",
                "indexes": [
                    models.Index(condition=models.Q(("ended_at", None)), fields=["company"], name="advisory_standing")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("severity__in", ["low", "medium", "high"])),
                        name="advisory_severity_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("ending", "")),
                            models.Q(("ended_at__isnull", False), ("ending__in", ["all_clear", "withdrawn"])),
                            _connector="OR",
                        ),
                        name="advisory_ends_somehow",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("product__isnull", False),
                            models.Q(("batch", None), ("has_serials", True)),
                            models.Q(("batch", None), models.Q(("region", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="advisory_is_about_something",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SerialRun",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "advisory",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="runs",
                        to="conduits.advisory",
                    ),
                ),
                ("prefix", models.CharField(blank=True, db_collation="C", max_length=50)),
                ("width", models.PositiveSmallIntegerField()),
                ("first", models.CharField(blank=True, db_collation="C", max_length=50)),
                ("last", models.CharField(blank=True, db_collation="C", max_length=50)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("advisory"),
                        models.F("prefix"),
                        models.F("width"),
                        models.F("first"),
                        name="serial_run_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("first__lte", models.F("last"))), name="serial_run_has_an_order"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Wording",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "advisory",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="wordings",
                        to="conduits.advisory",
                    ),
                ),
                ("revision", models.PositiveSmallIntegerField()),
                ("title", models.CharField(max_length=100)),
                ("body", models.TextField()),
                (
                    "severity",
                    models.CharField(
                        choices=[
                            ("low", "Good to know"),
                            ("medium", "Worth acting on"),
                            ("high", "Important: safety, or the thing does not work"),
                        ],
                        max_length=6,
                    ),
                ),
                ("until", models.DateTimeField(null=True)),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("agent_id", models.UUIDField(null=True)),
            ],
            options={
                "ordering": ["revision"],
                "constraints": [
                    models.UniqueConstraint(models.F("advisory"), models.F("revision"), name="wording_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Acknowledgement",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "advisory",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="acknowledgements",
                        to="conduits.advisory",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("revision", models.PositiveSmallIntegerField()),
                ("at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("advisory"), models.F("revision"), models.F("person"), name="acknowledged_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Telling",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "advisory",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tellings",
                        to="conduits.advisory",
                    ),
                ),
                (
                    "news",
                    models.CharField(
                        choices=[("published", "Published"), ("corrected", "Corrected"), ("ended", "Ended")],
                        max_length=9,
                    ),
                ),
                ("revision", models.PositiveSmallIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[("under_way", "Under Way"), ("done", "Done"), ("overtaken", "Overtaken")],
                        default="under_way",
                        max_length=9,
                    ),
                ),
                ("cursor", models.UUIDField(null=True)),
                ("told", models.PositiveIntegerField(default=0)),
                ("reaches", models.PositiveIntegerField(null=True)),
                ("next_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("state", "under_way")), fields=["next_at"], name="telling_due")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("advisory"), models.F("revision"), models.F("news"), name="telling_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["under_way", "done", "overtaken"])),
                        name="telling_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("news__in", ["published", "corrected", "ended"])),
                        name="telling_news_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Told",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "telling",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="conduits.telling",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(models.F("telling"), models.F("person"), name="told_once")],
            },
        ),
        migrations.CreateModel(
            name="Wish",
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
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("all", "All of them"),
                            ("high", "Only what is important: safety, or that it does not work"),
                            ("none", "None; I see them on my things’ pages"),
                        ],
                        default="high",
                        max_length=4,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "wishes",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("level__in", ["all", "high", "none"])), name="wish_level_is_known"
                    )
                ],
            },
        ),
    ]
