import django.db.models.deletion
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("picos", "0003_links_states_and_channels"),
    ]

    operations = [
        migrations.CreateModel(
            name="Journal",
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
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="journals",
                        to="picos.pico",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="journals",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="journals",
                        to="parties.company",
                    ),
                ),
                ("opened_at", models.DateTimeField(auto_now_add=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("waiting_since", models.DateTimeField(null=True)),
                ("owner_read_at", models.DateTimeField(null=True)),
                ("company_read_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("waiting_since", None), _negated=True),
                        fields=["company", "waiting_since"],
                        name="journal_waiting",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("pico"), condition=models.Q(("closed_at", None)), name="journal_open_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "journal",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="entries",
                        to="journals.journal",
                    ),
                ),
                (
                    "author_person",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "author_company",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parties.company",
                    ),
                ),
                ("agent_id", models.UUIDField(null=True)),
                ("rule_id", models.UUIDField(null=True)),
                (
                    "channel",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="picos.channel",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("note", "Note"),
                            ("question", "Question"),
                            ("answer", "Answer"),
                            ("service", "Service"),
                        ],
                        default="note",
                        max_length=8,
                    ),
                ),
                (
                    "visibility",
                    models.CharField(
                        choices=[("private", "Private"), ("shared", "Shared"), ("public", "Public")], max_length=7
                    ),
                ),
                ("body", models.TextField(max_length=10000)),
                ("data", models.JSONField(default=dict)),
                (
                    "in_reply_to",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replies",
                        to="journals.entry",
                    ),
                ),
                ("reply_to_event_id", models.UUIDField(null=True)),
                ("pass_on", models.BooleanField(default=False)),
                ("at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "verbose_name_plural": "entries",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["journal", "-id"], name="entry_newest_first"),
                    models.Index(
                        condition=models.Q(("visibility", "public")), fields=["journal", "-id"], name="entry_public"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("author_person", None), ("author_company", None), _connector="XOR"),
                        name="entry_has_one_author",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("visibility__in", ["private", "shared", "public"])),
                        name="entry_visibility_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("channel", None), ("author_person__isnull", False), _connector="OR"),
                        name="entry_by_link_is_in_its_owner_s_name",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Attachment",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="attachments", to="journals.entry"
                    ),
                ),
                ("name", models.CharField(max_length=200)),
                ("thumbnail", models.CharField(blank=True, max_length=200)),
                ("width", models.PositiveIntegerField()),
                ("height", models.PositiveIntegerField()),
                ("size", models.PositiveIntegerField()),
                ("digest", models.BinaryField(max_length=32)),
            ],
            options={
                "ordering": ["id"],
                "indexes": [
                    models.Index(condition=models.Q(("thumbnail", "")), fields=["id"], name="attachment_unshrunk")
                ],
            },
        ),
    ]
