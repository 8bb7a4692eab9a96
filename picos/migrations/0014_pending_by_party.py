from uuid import UUID

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("picos", "0013_batch_checks")]
    operations = [
        migrations.AddField("pending", "party", models.UUIDField(default=UUID(int=0)), preserve_default=False),
        migrations.RunSQL(
            "UPDATE picos_pending SET party = coalesce(event.company_id, event.pico_id, event.owner_id)"
            " FROM picos_event AS event WHERE event.id = picos_pending.event_id",
            migrations.RunSQL.noop,
        ),
        migrations.AddIndex("pending", models.Index(fields=["lane", "party", "sequence"], name="pending_by_party")),
    ]
