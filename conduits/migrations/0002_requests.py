import django.db.models.deletion
import django.db.models.functions.text
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("conduits", "0001_conduits_and_terms"),
    ]

    operations = [
        migrations.CreateModel(
            name="Assignment",
            fields=[
                (
                    "conduit",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="assignment",
                        serialize=False,
                        to="conduits.conduit",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="assignments", to="parties.member"
                    ),
                ),
                ("at", models.DateTimeField(auto_now=True)),
            ],
        ),
        migrations.CreateModel(
            name="Label",
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
                        related_name="labels",
                        to="conduits.conduit",
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="parties.company",
                    ),
                ),
                ("name", models.CharField(max_length=40)),
                ("at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("company"), django.db.models.functions.text.Lower("name"), name="label_of_company"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("conduit"), django.db.models.functions.text.Lower("name"), name="label_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Request",
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
                        related_name="requests",
                        to="conduits.conduit",
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                (
                    "status",
                    models.CharField(choices=[("open", "Open"), ("closed", "Closed")], default="open", max_length=6),
                ),
                ("opened_by", models.CharField(choices=[("owner", "Owner"), ("company", "Company")], max_length=7)),
                (
                    "opened_agent",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("opened_rule_id", models.UUIDField(null=True)),
                ("opened_at", models.DateTimeField(auto_now_add=True)),
                (
                    "closed_by",
                    models.CharField(blank=True, choices=[("owner", "Owner"), ("company", "Company")], max_length=7),
                ),
                ("closed_rule_id", models.UUIDField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["conduit", "-id"], name="request_of_conduit"),
                    models.Index(condition=models.Q(("status", "open")), fields=["conduit"], name="request_open"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at", None), ("status", "open")),
                            models.Q(("closed_at__isnull", False), ("status", "closed")),
                            _connector="OR",
                        ),
                        name="request_closed_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("closed_by__in", ["", "owner", "company"]), ("opened_by__in", ["owner", "company"])
                        ),
                        name="request_side_is_known",
                    ),
                ],
            },
        ),
    ]
