import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("picos", "0009_moves_and_aliases"),
        ("rules", "0003_append_only"),
    ]

    operations = [
        migrations.AlterField(
            model_name="run",
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
        migrations.AlterField(
            model_name="run",
            name="rule",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="runs",
                to="rules.rule",
            ),
        ),
        migrations.AlterField(
            model_name="run",
            name="version",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="rules.ruleversion",
            ),
        ),
    ]
