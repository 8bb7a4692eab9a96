from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rules", "0003_index_of_runs_by_pico")]
    operations = [
        migrations.AddField(model_name="run", name="root_id", field=models.UUIDField(null=True)),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                fields=["root_id", "at"], name="run_of_chain", condition=models.Q(("root_id", None), _negated=True)
            ),
        ),
    ]
