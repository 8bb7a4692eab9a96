"""A line of the access log says in which role somebody asked, and for what the terms let it be used."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("conduits", "0014_scope_of_terms")]
    operations = [
        migrations.AddField(
            model_name="accessline",
            name="purpose",
            field=models.CharField(blank=True, max_length=100),
        ),
        migrations.AddField(
            model_name="accessline",
            name="role",
            field=models.CharField(blank=True, max_length=10),
        ),
    ]
