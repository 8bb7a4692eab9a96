"""A conduit knows what its terms allow, and may stand on none yet."""

import django.contrib.postgres.fields
from django.db import migrations, models


# Until now there was one agreement, which allows every grant, to serve its owner; records of later ones say it
# themselves. What stands on none waits for some.
FROM_TERMS = """
UPDATE conduits_conduit SET purposes = '{service}',
    scope = '{scans,entries,notes,photos,region,state,contact,private_entries}' WHERE terms_id IS NOT NULL;
UPDATE conduits_conduit AS conduit SET
    purposes = ARRAY(SELECT jsonb_array_elements_text(record #> '{agreement,scope,purposes}')),
    scope = ARRAY(SELECT jsonb_array_elements_text(record #> '{agreement,scope,grants}'))
FROM conduits_terms AS terms WHERE terms.id = conduit.terms_id AND record #> '{agreement,scope}' IS NOT NULL;
UPDATE conduits_conduit SET status = 'waiting' WHERE terms_id IS NULL AND status <> 'closed';
SET CONSTRAINTS ALL IMMEDIATE;
"""
# Backwards there is no waiting: nothing passes a paused one either.
FROM_WAITING = "UPDATE conduits_conduit SET status = 'paused' WHERE status = 'waiting'"


class Migration(migrations.Migration):
    dependencies = [("conduits", "0013_which_agreement")]
    operations = [
        migrations.RemoveConstraint(
            model_name="conduit",
            name="conduit_closed_has_time",
        ),
        migrations.AddField(
            model_name="conduit",
            name="purposes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=20), default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="conduit",
            name="scope",
            field=django.contrib.postgres.fields.ArrayField(
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
        migrations.AlterField(
            model_name="conduit",
            name="status",
            field=models.CharField(
                choices=[("waiting", "Waiting"), ("open", "Open"), ("paused", "Paused"), ("closed", "Closed")],
                default="waiting",
                max_length=7,
            ),
        ),
        migrations.RunSQL(FROM_TERMS, FROM_WAITING),
        migrations.AddConstraint(
            model_name="conduit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at", None), ("status__in", ["waiting", "open", "paused"])),
                    models.Q(("closed_at__isnull", False), ("status", "closed")),
                    _connector="OR",
                ),
                name="conduit_closed_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="conduit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["waiting", "closed"]), ("grants__contained_by", models.F("scope")), _connector="OR"
                ),
                name="conduit_grants_within_terms",
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
