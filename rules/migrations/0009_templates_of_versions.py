from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rules", "0008_watches_waits_and_usage")]
    operations = [
        migrations.AddField("ruleversion", "template", models.JSONField(default=dict)),
    ]
