import django.contrib.postgres.fields
import django.db.models.deletion
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("conduits", "0006_reaching"),
    ]

    operations = [
        migrations.CreateModel(
            name="ContextPass",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "conduit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="passes", to="conduits.conduit"
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parties.company",
                    ),
                ),
                ("code_hash", models.BinaryField(max_length=32)),
                (
                    "fields",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), size=None),
                ),
                ("sealed", models.TextField()),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                ("shown_until", models.DateTimeField(null=True)),
                ("used_by", models.CharField(blank=True, max_length=200)),
                ("used_by_id", models.UUIDField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                ("erased_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name_plural": "context passes",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(condition=models.Q(("erased_at", None)), fields=["expires_at"], name="pass_to_erase"),
                    models.Index(
                        condition=models.Q(("used_at", None), _negated=True),
                        fields=["company", "-id"],
                        name="pass_used",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(models.F("company"), models.F("code_hash"), name="pass_code_once"),
                    models.CheckConstraint(
                        condition=models.Q(("fields", []), _negated=True), name="pass_shows_something"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("shown_until", None), ("used_at", None), ("used_by", ""), ("used_by_id", None)),
                            models.Q(
                                ("shown_until__isnull", False),
                                ("used_at__isnull", False),
                                ("used_by_id__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="pass_used_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("erased_at__isnull", False), ("sealed", "")),
                            models.Q(("erased_at", None), models.Q(("sealed", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="pass_erased_has_no_values",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("revoked_at", None), ("erased_at__isnull", False), _connector="OR"),
                        name="pass_revoked_is_erased",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReplyAddress",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "conduit",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="conduits.conduit",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="parties.member"
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="journals.entry",
                    ),
                ),
                ("expires_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "verbose_name_plural": "reply addresses",
            },
        ),
        migrations.CreateModel(
            name="ReceivedMail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "address",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="received",
                        to="conduits.replyaddress",
                    ),
                ),
                ("digest", models.BinaryField(max_length=32)),
                ("at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(models.F("address"), models.F("digest"), name="received_mail_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="WaitTold",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="parties.member",
                    ),
                ),
                (
                    "conduit",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="conduits.conduit",
                    ),
                ),
                ("since", models.DateTimeField()),
                ("mail_at", models.DateTimeField(null=True)),
                ("mail_tries", models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                "verbose_name_plural": "waits told",
                "indexes": [
                    models.Index(
                        condition=models.Q(("mail_at", None), _negated=True),
                        fields=["mail_at"],
                        name="wait_told_to_mail",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("conduit"), models.F("member"), models.F("since"), name="wait_told_once"
                    )
                ],
            },
        ),
    ]
