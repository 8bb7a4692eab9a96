import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("conduits", "0008_append_only"),
        ("picos", "0009_moves_and_aliases"),
    ]

    operations = [
        migrations.AlterField(
            model_name="delivery",
            name="conduit",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="conduits.conduit",
            ),
        ),
        migrations.AlterField(
            model_name="delivery",
            name="endpoint",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="deliveries",
                to="conduits.endpoint",
            ),
        ),
        migrations.AlterField(
            model_name="delivery",
            name="pico",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="picos.pico",
            ),
        ),
    ]
