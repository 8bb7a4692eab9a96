"""Room for `state.` and a key."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("conduits", "0024_answers_by_mail")]
    operations = [
        migrations.AlterField(
            model_name="accessline",
            name="fields",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=60), default=list, size=None
            ),
        ),
    ]
