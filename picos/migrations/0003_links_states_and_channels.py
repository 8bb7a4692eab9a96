import django.contrib.postgres.fields
import django.db.models.deletion
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("picos", "0002_owners_and_finders"),
    ]

    operations = [
        migrations.CreateModel(
            name="Channel",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "pico",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="channels",
                        to="picos.pico",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                (
                    "scope",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("page", "see what its page shows to everybody"),
                                ("entries", "write in its journal"),
                                ("state", "see the values that are known of it"),
                            ],
                            max_length=7,
                        ),
                        size=None,
                    ),
                ),
                (
                    "visibility",
                    models.CharField(
                        choices=[("private", "Private"), ("shared", "Shared")], default="private", max_length=7
                    ),
                ),
                ("token_digest", models.BinaryField(max_length=32, unique=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField()),
                ("most_uses", models.PositiveIntegerField(null=True)),
                ("uses", models.PositiveIntegerField(default=0)),
                ("revoked_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["pico", "owner"], name="channel_of_pico")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("most_uses", None), ("uses__lte", models.F("most_uses")), _connector="OR"),
                        name="channel_keeps_to_its_uses",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("scope__contained_by", ["page", "entries", "state"]), ("scope__len__gt", 0)
                        ),
                        name="channel_scope_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("visibility__in", ["private", "shared"])),
                        name="channel_visibility_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ChannelUse",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "channel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="log", to="picos.channel"
                    ),
                ),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("what", models.CharField(choices=[("opened", "Opened"), ("wrote", "Wrote")], max_length=6)),
            ],
        ),
        migrations.CreateModel(
            name="Link",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="links",
                        to="picos.product",
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="links", to="picos.batch"
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
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("product", "batch", "type", "language", "media_type", "href"),
                        name="link_once",
                        nulls_distinct=False,
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_default", True)),
                        fields=("product", "batch"),
                        name="link_default_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("type__regex", "^[A-Za-z]+$")), name="link_type_is_a_name"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("href__regex", "^https?://")), name="link_leads_to_the_web"
                    ),
                    models.CheckConstraint(condition=models.Q(("title", ""), _negated=True), name="link_has_a_title"),
                ],
            },
        ),
        migrations.CreateModel(
            name="State",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "pico",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="states",
                        to="picos.pico",
                    ),
                ),
                ("namespace", models.CharField(choices=[("owner", "Owner"), ("company", "Company")], max_length=7)),
                (
                    "owner",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("key", models.CharField(max_length=50)),
                ("value", models.JSONField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("pico"),
                        models.F("namespace"),
                        models.F("owner"),
                        models.F("key"),
                        name="state_once_per_key",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("namespace", "owner"), ("owner__isnull", False)),
                            models.Q(("namespace", "company"), ("owner__isnull", True)),
                            _connector="OR",
                        ),
                        name="state_owner_is_of_owners",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Sighting",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "pico",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="picos.pico",
                    ),
                ),
                ("visitor", models.BinaryField(max_length=8)),
                ("at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["at"], name="sighting_old")],
                "constraints": [models.UniqueConstraint(models.F("pico"), models.F("visitor"), name="sighting_once")],
            },
        ),
        migrations.CreateModel(
            name="CopyThresholds",
            fields=[
                (
                    "product",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="copy_thresholds",
                        serialize=False,
                        to="picos.product",
                    ),
                ),
                ("visitors_per_hour", models.PositiveIntegerField(null=True)),
                ("kilometres_per_hour", models.PositiveIntegerField(null=True)),
                ("jumps", models.PositiveIntegerField()),
            ],
            options={
                "verbose_name_plural": "copy thresholds",
            },
        ),
        migrations.CreateModel(
            name="Suspicion",
            fields=[
                (
                    "pico",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="suspicion",
                        serialize=False,
                        to="picos.pico",
                    ),
                ),
                ("at", models.DateTimeField()),
                ("owner_id", models.UUIDField(null=True)),
                ("evidence", models.JSONField()),
            ],
        ),
    ]
