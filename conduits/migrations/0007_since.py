from django.db import migrations, models

FROM_EVENTS = """
UPDATE conduits_conduit AS conduit SET since = cause.sequence
FROM picos_event AS opened JOIN picos_event AS cause ON cause.id = opened.cause_id
WHERE opened.pico_id = conduit.pico_id AND opened.type = 'conduit.opened' AND opened.data ->> 'conduit' = conduit.id::text
"""


class Migration(migrations.Migration):
    dependencies = [("conduits", "0006_grant_of_state"), ("picos", "0012_states_channels_and_likely_copies")]
    operations = [
        migrations.AddField("conduit", "since", models.BigIntegerField(default=0)),
        migrations.RunSQL(FROM_EVENTS, migrations.RunSQL.noop),
    ]
