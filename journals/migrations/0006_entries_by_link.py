import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("journals", "0005_append_only_attachments"),
        ("parties", "0001_initial"),
        ("picos", "0012_states_channels_and_likely_copies"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="entry",
            name="channel",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="picos.channel",
            ),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.CheckConstraint(
                condition=models.Q(("channel", None), ("author_person__isnull", False), _connector="OR"),
                name="entry_by_link_is_in_its_owner_s_name",
            ),
        ),
    ]
