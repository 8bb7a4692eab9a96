from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rules", "0002_append_only")]
    operations = [
        migrations.AddIndex(model_name="run", index=models.Index(fields=["pico", "-id"], name="run_of_pico")),
    ]
