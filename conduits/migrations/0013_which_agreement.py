"""Terms say which agreement they are, beside their record."""

from django.db import migrations, models


# The records themselves stay as they were; the table's trigger lets nothing else through.
FROM_RECORDS = """
SET LOCAL pico.erasing = 'on';
UPDATE conduits_terms SET agreement = record -> 'agreement' ->> 'id', version = record -> 'agreement' ->> 'version';
SET LOCAL pico.erasing = 'off';
"""


class Migration(migrations.Migration):
    dependencies = [("conduits", "0012_proffers")]
    operations = [
        migrations.AddField(
            model_name="terms",
            name="agreement",
            field=models.CharField(default="", max_length=40),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="terms",
            name="kind",
            field=models.CharField(
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
        migrations.AddField(
            model_name="terms",
            name="version",
            field=models.CharField(default="", max_length=20),
            preserve_default=False,
        ),
        migrations.RunSQL(FROM_RECORDS, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="terms",
            constraint=models.UniqueConstraint(
                models.F("conduit"), models.F("previous_sha256"), name="terms_one_chain"
            ),
        ),
        migrations.AddConstraint(
            model_name="terms",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["agreement", "renewal", "change", "withdrawal"])),
                name="terms_kind_known",
            ),
        ),
    ]
