from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rules", "0005_listeners")]
    operations = [
        migrations.AddField(
            "rule", "paused_because", models.CharField(blank=True, max_length=200, default=""), preserve_default=False
        ),
    ]
