"""Admins are mailed when an endpoint is disabled."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("conduits", "0020_formats_and_keys")]
    operations = [
        migrations.AddField(
            model_name="endpoint",
            name="mail_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="endpoint",
            name="mail_tries",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddIndex(
            model_name="endpoint",
            index=models.Index(
                condition=models.Q(("mail_at", None), _negated=True), fields=["mail_at"], name="endpoint_to_mail"
            ),
        ),
    ]
