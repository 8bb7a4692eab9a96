from django.db import migrations, models

# Nothing here is as old as 600 months; 0 kept as much as was possible.
BOUND = "UPDATE parties_company SET keep_months = 600 WHERE keep_months > 600 OR keep_months = 0"


class Migration(migrations.Migration):
    dependencies = [
        ("parties", "0002_keep_months"),
    ]

    operations = [
        migrations.RunSQL(BOUND, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="company",
            constraint=models.CheckConstraint(
                condition=models.Q(("keep_months", None), ("keep_months__range", (1, 600)), _connector="OR"),
                name="company_keeps_some_months",
            ),
        ),
    ]
