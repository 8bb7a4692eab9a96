"""What rules ask, and the answers."""

import django.db.models.deletion
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("conduits", "0010_requests_labels_and_assignments"),
        ("parties", "0003_company_keeps_some_months"),
        ("picos", "0014_pending_by_party"),
        ("rules", "0009_templates_of_versions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
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
                    "pico",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="picos.pico"
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
    ]
