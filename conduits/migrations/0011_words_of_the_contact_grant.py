import conduits.models.conduit
import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("conduits", "0010_requests_labels_and_assignments"),
    ]

    operations = [
        migrations.AlterField(
            model_name="conduit",
            name="grants",
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
                default=conduits.models.conduit.default_grants,
                size=None,
            ),
        ),
    ]
