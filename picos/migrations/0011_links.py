import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("parties", "0001_initial"),
        ("picos", "0010_life_of_a_pico"),
    ]

    operations = [
        migrations.CreateModel(
            name="Link",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("type", models.CharField(max_length=40)),
                ("href", models.CharField(max_length=2000)),
                ("title", models.CharField(max_length=100)),
                ("language", models.CharField(blank=True, max_length=5)),
                ("media_type", models.CharField(blank=True, max_length=100)),
                ("is_default", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.RemoveField(
            model_name="product",
            name="support_url",
        ),
        migrations.AddField(
            model_name="batch",
            name="lot",
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AddField(
            model_name="product",
            name="batches_have_links",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="product",
            name="has_links",
            field=models.BooleanField(default=False),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(condition=models.Q(("gtin", ""), _negated=True), fields=["gtin"], name="product_gtin"),
        ),
        migrations.AddConstraint(
            model_name="batch",
            constraint=models.UniqueConstraint(
                condition=models.Q(("lot", ""), _negated=True),
                fields=("product", "lot"),
                name="batch_lot_once_per_product",
            ),
        ),
        migrations.AddField(
            model_name="link",
            name="batch",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="links", to="picos.batch"
            ),
        ),
        migrations.AddField(
            model_name="link",
            name="product",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="links", to="picos.product"
            ),
        ),
        migrations.AddConstraint(
            model_name="link",
            constraint=models.UniqueConstraint(
                fields=("product", "batch", "type", "language", "media_type", "href"),
                name="link_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="link",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_default", True)),
                fields=("product", "batch"),
                name="link_default_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="link",
            constraint=models.CheckConstraint(
                condition=models.Q(("type__regex", "^[A-Za-z]+$")), name="link_type_is_a_name"
            ),
        ),
        migrations.AddConstraint(
            model_name="link",
            constraint=models.CheckConstraint(
                condition=models.Q(("href__regex", "^https?://")), name="link_leads_to_the_web"
            ),
        ),
        migrations.AddConstraint(
            model_name="link",
            constraint=models.CheckConstraint(
                condition=models.Q(("title", ""), _negated=True), name="link_has_a_title"
            ),
        ),
    ]
