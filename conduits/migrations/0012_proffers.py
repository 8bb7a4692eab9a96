"""What a person proffers, what a company accepts at once, and what both sign with."""

import django.contrib.postgres.fields
import django.db.models.deletion
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("conduits", "0011_words_of_the_contact_grant"), ("parties", "0003_company_keeps_some_months")]
    operations = [
        migrations.CreateModel(
            name="Acceptance",
            fields=[
                (
                    "company",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="acceptance",
                        serialize=False,
                        to="parties.company",
                    ),
                ),
                (
                    "agreements",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), default=list, size=None
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Preference",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="preference",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("preferred", models.CharField(max_length=40)),
                ("alternative", models.CharField(blank=True, max_length=40)),
            ],
        ),
        migrations.CreateModel(
            name="Proffer",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("preferred", models.CharField(max_length=40)),
                ("preferred_version", models.CharField(max_length=20)),
                ("alternative", models.CharField(blank=True, max_length=40)),
                ("alternative_version", models.CharField(blank=True, max_length=20)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("accepted", "Accepted"),
                            ("countered", "Countered"),
                            ("declined", "Declined"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="waiting",
                        max_length=9,
                    ),
                ),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("answered_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="SigningKey",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=36)),
                ("public", models.BinaryField(max_length=32)),
                ("sealed", models.CharField(max_length=300)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.AddField(
            model_name="proffer",
            name="conduit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="proffers", to="conduits.conduit"
            ),
        ),
        migrations.AddField(
            model_name="signingkey",
            name="company",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="signing_keys", to="parties.company"
            ),
        ),
        migrations.AddField(
            model_name="signingkey",
            name="owner",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="proffer",
            constraint=models.UniqueConstraint(
                models.F("conduit"), condition=models.Q(("state", "waiting")), name="proffer_waits_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="proffer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answered_at", None), ("state", "waiting")),
                    models.Q(
                        ("state__in", ["accepted", "countered", "declined", "withdrawn"]),
                        ("answered_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="proffer_answered_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="proffer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "countered"), _negated=True),
                    models.Q(("alternative", ""), _negated=True),
                    _connector="OR",
                ),
                name="proffer_countered_with_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="signingkey",
            constraint=models.UniqueConstraint(
                fields=("company", "owner"), name="signing_key_of_party_once", nulls_distinct=False
            ),
        ),
    ]
