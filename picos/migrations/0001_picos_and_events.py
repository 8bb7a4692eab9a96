import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models


# Partitioned by month (picos/partitions.py): ids are UUIDv7 (RFC 9562, section 5.7), which begin with their time.
EVENT_TABLE = """
CREATE SEQUENCE picos_event_sequence;
CREATE TABLE picos_event (
    id uuid PRIMARY KEY,
    sequence bigint NOT NULL DEFAULT nextval('picos_event_sequence'),
    type varchar(50) NOT NULL,
    at timestamptz NOT NULL DEFAULT statement_timestamp(),
    pico_id uuid REFERENCES picos_pico DEFERRABLE INITIALLY DEFERRED,
    owner_id uuid,
    company_id uuid,
    data jsonb NOT NULL,
    actor_kind varchar(9) NOT NULL,
    actor_id uuid,
    agent_id uuid,
    cause_id uuid,
    root_id uuid NOT NULL,
    depth smallint NOT NULL CHECK (depth >= 0),
    CONSTRAINT event_is_about_something CHECK (pico_id IS NOT NULL OR owner_id IS NOT NULL OR company_id IS NOT NULL)
) PARTITION BY RANGE (id);
CREATE INDEX event_of_pico ON picos_event (pico_id, sequence);
CREATE TABLE picos_event_default PARTITION OF picos_event DEFAULT;
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("parties", "0001_people_and_companies"),
        ("parties", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="Product",
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
                        on_delete=django.db.models.deletion.CASCADE, related_name="products", to="parties.company"
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                ("sku", models.CharField(max_length=50)),
                ("gtin", models.CharField(blank=True, max_length=14)),
                ("description", models.TextField(blank=True)),
                (
                    "claim_policy",
                    models.CharField(choices=[("open", "Open"), ("pin", "Pin")], default="open", max_length=4),
                ),
                ("has_links", models.BooleanField(default=False)),
                ("batches_have_links", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("gtin", ""), _negated=True), fields=["gtin"], name="product_gtin")
                ],
                "constraints": [
                    models.UniqueConstraint(models.F("company"), models.F("sku"), name="product_sku_once_per_company"),
                    models.UniqueConstraint(
                        models.F("company"),
                        models.F("gtin"),
                        condition=models.Q(("gtin", ""), _negated=True),
                        name="product_gtin_once_per_company",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("claim_policy__in", ["open", "pin"])), name="product_claim_policy_is_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Batch",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="batches", to="picos.product"
                    ),
                ),
                ("count", models.PositiveIntegerField()),
                ("minted", models.PositiveIntegerField(default=0)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("minting", "Minting"),
                            ("done", "Done"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="queued",
                        max_length=9,
                    ),
                ),
                ("pattern", models.CharField(blank=True, max_length=80)),
                ("first_number", models.PositiveBigIntegerField(null=True)),
                ("lot", models.CharField(blank=True, max_length=20)),
                ("pin_key", models.CharField(blank=True, max_length=200)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name_plural": "batches",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["queued", "minting"])),
                        fields=["created_at"],
                        name="batch_unfinished",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("minted__lte", models.F("count"))), name="batch_mints_its_count"
                    ),
                    models.CheckConstraint(condition=models.Q(("count__gte", 1)), name="batch_has_copies"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["queued", "minting", "done", "cancelled"])),
                        name="batch_state_is_known",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("lot", ""), _negated=True),
                        fields=("product", "lot"),
                        name="batch_lot_once_per_product",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("first_number", None), ("pattern", "")),
                            models.Q(
                                models.Q(("pattern", ""), _negated=True),
                                models.Q(("first_number", None), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="batch_pattern_has_first_number",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GivenSerials",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="given",
                        to="picos.batch",
                    ),
                ),
                ("first", models.PositiveIntegerField()),
                (
                    "serials",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=50), size=None),
                ),
            ],
            options={
                "verbose_name_plural": "given serials",
                "constraints": [
                    models.UniqueConstraint(models.F("batch"), models.F("first"), name="serials_given_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Pico",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("code", models.CharField(db_collation="C", max_length=13)),
                (
                    "product",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="picos",
                        to="picos.product",
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="picos",
                        to="picos.batch",
                    ),
                ),
                ("serial", models.CharField(blank=True, max_length=50)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("minted", "Minted"),
                            ("active", "Active"),
                            ("claimed", "Claimed"),
                            ("lost", "Lost"),
                            ("retired", "Retired"),
                        ],
                        default="minted",
                        max_length=7,
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="picos",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("claimed_at", models.DateTimeField(null=True)),
                ("name", models.CharField(blank=True, max_length=100)),
                ("company_name", models.CharField(blank=True, max_length=100)),
                ("pin_tries", models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("owner", None), _negated=True),
                        fields=["owner", "-claimed_at"],
                        name="pico_owned",
                    ),
                    models.Index(
                        condition=models.Q(("product", None), _negated=True),
                        fields=["product", "id"],
                        name="pico_of_product",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(models.F("code"), name="pico_code_once"),
                    models.UniqueConstraint(
                        models.F("product"),
                        models.F("serial"),
                        condition=models.Q(("serial", ""), _negated=True),
                        name="pico_serial_once_per_product",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("owner", None), ("status__in", ["minted", "active"])),
                            models.Q(
                                ("claimed_at__isnull", False),
                                ("owner__isnull", False),
                                ("status__in", ["claimed", "lost"]),
                            ),
                            models.Q(("owner", None), ("status", "retired")),
                            _connector="OR",
                        ),
                        name="pico_status_agrees_with_owner",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("product__isnull", False), ("status__in", ["claimed", "lost", "retired"]), _connector="OR"
                        ),
                        name="pico_without_product_is_somebodys",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("product__isnull", False), models.Q(("name", ""), _negated=True), _connector="OR"
                        ),
                        name="pico_without_product_has_name",
                    ),
                ],
            },
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(EVENT_TABLE, "DROP TABLE picos_event; DROP SEQUENCE picos_event_sequence"),
            ],
            state_operations=[
                migrations.CreateModel(
                    name="Event",
                    fields=[
                        ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                        ("sequence", models.BigIntegerField(editable=False)),
                        ("type", models.CharField(max_length=50)),
                        ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        (
                            "pico",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="events",
                                to="picos.pico",
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "company",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="parties.company",
                            ),
                        ),
                        ("data", models.JSONField()),
                        ("actor_kind", models.CharField(max_length=9)),
                        ("actor_id", models.UUIDField(null=True)),
                        ("agent_id", models.UUIDField(null=True)),
                        ("cause_id", models.UUIDField(null=True)),
                        ("root_id", models.UUIDField()),
                        ("depth", models.PositiveSmallIntegerField()),
                    ],
                    options={
                        "ordering": ["sequence"],
                        "indexes": [models.Index(fields=["pico", "sequence"], name="event_of_pico")],
                    },
                ),
            ],
        ),
        migrations.CreateModel(
            name="Lane",
            fields=[
                ("number", models.SmallIntegerField(primary_key=True, serialize=False)),
            ],
        ),
        migrations.CreateModel(
            name="Pending",
            fields=[
                (
                    "event",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        serialize=False,
                        to="picos.event",
                    ),
                ),
                ("lane", models.SmallIntegerField()),
                ("sequence", models.BigIntegerField()),
                ("party", models.UUIDField()),
            ],
            options={
                "verbose_name_plural": "pending",
                "indexes": [
                    models.Index(fields=["lane", "sequence"], name="pending_in_order"),
                    models.Index(fields=["lane", "party", "sequence"], name="pending_by_party"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Visit",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "pico",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="picos.pico",
                    ),
                ),
                ("visitor", models.BinaryField(max_length=8)),
                ("event_id", models.UUIDField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["at"], name="visit_old")],
                "constraints": [models.UniqueConstraint(models.F("pico"), models.F("visitor"), name="visit_once")],
            },
        ),
    ]
