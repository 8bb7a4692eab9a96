from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("parties", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="company",
            name="keep_months",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
    ]
