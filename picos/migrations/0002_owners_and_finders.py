import django.db.models.deletion
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("picos", "0001_picos_and_events"),
    ]

    operations = [
        migrations.CreateModel(
            name="Alias",
            fields=[
                ("code", models.CharField(db_collation="C", max_length=13, primary_key=True, serialize=False)),
                (
                    "pico",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="aliases", to="picos.pico"
                    ),
                ),
                ("at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "verbose_name_plural": "aliases",
            },
        ),
        migrations.CreateModel(
            name="Loss",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "pico",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="losses", to="picos.pico"
                    ),
                ),
                ("message", models.TextField(max_length=500)),
                ("contact", models.CharField(blank=True, max_length=200)),
                ("show_contact", models.BooleanField(default=False)),
                ("lost_at", models.DateTimeField(auto_now_add=True)),
                ("recovered_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name_plural": "losses",
                "constraints": [
                    models.UniqueConstraint(
                        models.F("pico"), condition=models.Q(("recovered_at", None)), name="pico_lost_once_at_a_time"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Finder",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "pico",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="finders", to="picos.pico"
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="finders", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("token_digest", models.BinaryField(max_length=32, unique=True)),
                ("contact", models.CharField(blank=True, max_length=200)),
                ("visitor", models.BinaryField(max_length=8)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "indexes": [models.Index(fields=["pico", "created_at"], name="finder_recent")],
            },
        ),
        migrations.CreateModel(
            name="FinderMessage",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "finder",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="messages", to="picos.finder"
                    ),
                ),
                ("from_finder", models.BooleanField()),
                ("body", models.TextField(max_length=2000)),
                ("at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Notice",
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
                        on_delete=django.db.models.deletion.CASCADE, related_name="notices", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "pico",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="picos.pico"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("answer", "What companies write to you"),
                            ("finder", "What finders write to you"),
                            ("advisory", "Recalls, outages and warnings"),
                            ("rule", "What rules tell or ask you"),
                            ("link", "What is written by your links"),
                            ("terms", "Your terms: agreed to, declined, ended"),
                            ("thing", "Your things: passed on, or their maker joins"),
                        ],
                        default="thing",
                        max_length=8,
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="parties.company",
                    ),
                ),
                ("urgent", models.BooleanField(default=False)),
                ("text", models.CharField(max_length=500)),
                ("path", models.CharField(max_length=200)),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("seen_at", models.DateTimeField(null=True)),
                ("due_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("due_at", None), _negated=True), fields=["due_at"], name="notice_due"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["answer", "finder", "advisory", "rule", "link", "terms", "thing"])
                        ),
                        name="notice_kind_is_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Transfer",
            fields=[
                ("token_digest", models.BinaryField(max_length=32, unique=True)),
                ("expires_at", models.DateTimeField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "pico",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="transfer",
                        serialize=False,
                        to="picos.pico",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("created_at"))), name="transfer_expires_later"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("token_digest", models.BinaryField(max_length=32, unique=True)),
                ("expires_at", models.DateTimeField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "pico",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="invitation",
                        serialize=False,
                        to="picos.pico",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("created_at"))), name="invitation_expires_later"
                    )
                ],
            },
        ),
    ]
