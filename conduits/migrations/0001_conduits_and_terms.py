import conduits.models.conduit
import django.contrib.postgres.fields
import django.db.models.deletion
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("journals", "0001_journals"),
        ("parties", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="Conduit",
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
                        related_name="conduits",
                        to="picos.pico",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="conduits",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="conduits", to="parties.company"
                    ),
                ),
                (
                    "journal",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="conduit", to="journals.journal"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("waiting", "Waiting"), ("open", "Open"), ("paused", "Paused"), ("closed", "Closed")],
                        default="waiting",
                        max_length=7,
                    ),
                ),
                (
                    "grants",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("scans", "your scans"),
                                ("entries", "what you share in the journal"),
                                ("notes", "notes that your rules send"),
                                ("photos", "your photos"),
                                ("region", "your region"),
                                ("state", "the values that you set"),
                                ("contact", "your name and e-mail address"),
                                ("private_entries", "even your private entries"),
                            ],
                            max_length=20,
                        ),
                        default=conduits.models.conduit.default_grants,
                        size=None,
                    ),
                ),
                (
                    "scope",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("scans", "your scans"),
                                ("entries", "what you share in the journal"),
                                ("notes", "notes that your rules send"),
                                ("photos", "your photos"),
                                ("region", "your region"),
                                ("state", "the values that you set"),
                                ("contact", "your name and e-mail address"),
                                ("private_entries", "even your private entries"),
                            ],
                            max_length=20,
                        ),
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "purposes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), default=list, size=None
                    ),
                ),
                ("log_length", models.BigIntegerField(default=0)),
                (
                    "log_digest",
                    models.BinaryField(
                        default=b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
                        max_length=32,
                    ),
                ),
                ("since", models.BigIntegerField(default=0)),
                ("opened_at", models.DateTimeField(auto_now_add=True)),
                ("closed_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["pico", "owner"], name="conduit_of_pico"),
                    models.Index(
                        condition=models.Q(("status", "open")), fields=["company", "owner"], name="conduit_of_company"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("pico"),
                        condition=models.Q(("status", "closed"), _negated=True),
                        name="conduit_current_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at", None), ("status__in", ["waiting", "open", "paused"])),
                            models.Q(("closed_at__isnull", False), ("status", "closed")),
                            _connector="OR",
                        ),
                        name="conduit_closed_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["waiting", "closed"]),
                            ("grants__contained_by", models.F("scope")),
                            _connector="OR",
                        ),
                        name="conduit_grants_within_terms",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AccessLine",
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
                        related_name="access_lines",
                        to="conduits.conduit",
                    ),
                ),
                ("number", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "outcome",
                    models.CharField(
                        choices=[("read", "Read"), ("sent", "Sent"), ("refused", "Refused")], max_length=7
                    ),
                ),
                ("who", models.CharField(max_length=200)),
                ("who_id", models.UUIDField(null=True)),
                ("role", models.CharField(blank=True, max_length=10)),
                ("what", models.CharField(max_length=50)),
                ("what_id", models.UUIDField(null=True)),
                (
                    "fields",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60), default=list, size=None
                    ),
                ),
                ("reason", models.CharField(max_length=200)),
                ("purpose", models.CharField(blank=True, max_length=100)),
                ("terms_sha256", models.CharField(blank=True, max_length=64)),
                ("previous_digest", models.BinaryField(max_length=32)),
                ("digest", models.BinaryField(max_length=32)),
            ],
            options={
                "ordering": ["-number"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("what", "inbox")), fields=["conduit", "who_id"], name="access_line_inbox"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(models.F("conduit"), models.F("number"), name="access_line_gapless")
                ],
            },
        ),
        migrations.CreateModel(
            name="Held",
            fields=[
                ("event_id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "conduit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="held", to="conduits.conduit"
                    ),
                ),
                ("at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "verbose_name_plural": "held",
            },
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
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="signing_keys", to="parties.company"
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("name", models.CharField(max_length=36)),
                ("public", models.BinaryField(max_length=32)),
                ("sealed", models.CharField(max_length=300)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("company", "owner"), name="signing_key_of_party_once", nulls_distinct=False
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Terms",
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
                        on_delete=django.db.models.deletion.CASCADE, related_name="agreements", to="conduits.conduit"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("agreement", "Agreement"),
                            ("renewal", "Renewal"),
                            ("change", "Change"),
                            ("withdrawal", "Withdrawal"),
                        ],
                        default="agreement",
                        max_length=10,
                    ),
                ),
                ("agreement", models.CharField(max_length=40)),
                ("version", models.CharField(max_length=20)),
                ("sha256", models.CharField(max_length=64, unique=True)),
                ("record", models.JSONField()),
                ("previous_sha256", models.CharField(blank=True, max_length=64)),
                ("person_signature", models.BinaryField(blank=True, max_length=64)),
                ("company_signature", models.BinaryField(blank=True, max_length=64)),
                ("agreed_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "verbose_name_plural": "terms",
                "constraints": [
                    models.UniqueConstraint(models.F("conduit"), models.F("previous_sha256"), name="terms_one_chain"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["agreement", "renewal", "change", "withdrawal"])),
                        name="terms_kind_known",
                    ),
                ],
            },
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
                (
                    "conduit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="proffers", to="conduits.conduit"
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
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("conduit"), condition=models.Q(("state", "waiting")), name="proffer_waits_once"
                    ),
                    models.CheckConstraint(
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
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "countered"), _negated=True),
                            models.Q(("alternative", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="proffer_countered_with_something",
                    ),
                ],
            },
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
        migrations.AddField(
            model_name="conduit",
            name="terms",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="conduits.terms",
            ),
        ),
        migrations.AddConstraint(
            model_name="conduit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status", "closed"),
                    models.Q(("status", "waiting"), ("terms", None)),
                    models.Q(("status__in", ["open", "paused"]), ("terms__isnull", False)),
                    _connector="OR",
                ),
                name="conduit_open_on_terms",
            ),
        ),
    ]
