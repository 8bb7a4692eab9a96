import django.contrib.postgres.fields
import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models


# Only what is still to be minted needs its serials; the others are on their copies.
MOVE = """
INSERT INTO picos_givenserials (id, batch_id, first, serials)
SELECT gen_random_uuid(), id, start, serials[start + 1:start + 10000]
FROM picos_batch, generate_series(0, cardinality(serials) - 1, 10000) AS start
WHERE state IN ('queued', 'minting')
"""
# Batches numbered by a pattern have no numbers without it; finish or cancel those before.
MOVE_BACK = """
UPDATE picos_batch SET serials = given.serials FROM (
    SELECT batch_id, array_agg(serial ORDER BY first, place) AS serials
    FROM picos_givenserials, unnest(serials) WITH ORDINALITY AS one (serial, place)
    GROUP BY batch_id
) AS given WHERE given.batch_id = picos_batch.id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("picos", "0007_slimmer_picos"),
    ]

    operations = [
        migrations.CreateModel(
            name="GivenSerials",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
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
            },
        ),
        migrations.AddField(
            model_name="givenserials",
            name="batch",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="given", to="picos.batch"
            ),
        ),
        migrations.RunSQL(MOVE, MOVE_BACK),
        migrations.RemoveField(
            model_name="batch",
            name="serials",
        ),
        migrations.AddField(
            model_name="batch",
            name="first_number",
            field=models.PositiveBigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="batch",
            name="pattern",
            field=models.CharField(blank=True, max_length=80),
        ),
        migrations.AddField(
            model_name="batch",
            name="started_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddConstraint(
            model_name="batch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("first_number", None), ("pattern", "")),
                    models.Q(models.Q(("pattern", ""), _negated=True), models.Q(("first_number", None), _negated=True)),
                    _connector="OR",
                ),
                name="batch_pattern_has_first_number",
            ),
        ),
        migrations.AddConstraint(
            model_name="givenserials",
            constraint=models.UniqueConstraint(models.F("batch"), models.F("first"), name="serials_given_once"),
        ),
    ]
