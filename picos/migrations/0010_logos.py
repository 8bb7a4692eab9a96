import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("parties", "0001_people_and_companies"), ("picos", "0009_moves_and_aliases")]
    operations = [
        migrations.CreateModel(
            name="Logo",
            fields=[
                (
                    "company",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="logo",
                        serialize=False,
                        to="parties.company",
                    ),
                ),
                ("png", models.BinaryField()),
                ("digest", models.BinaryField(max_length=32)),
                ("width", models.PositiveSmallIntegerField()),
                ("height", models.PositiveSmallIntegerField()),
                ("set_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
    ]
