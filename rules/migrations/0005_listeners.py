import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rules", "0004_runs_of_a_chain")]
    operations = [
        migrations.RenameModel("Trigger", "Listener"),
        migrations.AlterField(
            "listener",
            "version",
            models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="listeners", to="rules.ruleversion"
            ),
        ),
        migrations.AddField("listener", "literal", models.CharField(blank=True, max_length=200, default="")),
        migrations.AlterField("listener", "literal", models.CharField(blank=True, max_length=200)),
        migrations.RemoveConstraint("listener", "trigger_once"),
        migrations.AddConstraint(
            "listener",
            models.UniqueConstraint("anchor", "event_type", "literal", "version", name="listener_once"),
        ),
    ]
