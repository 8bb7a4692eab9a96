import django.contrib.postgres.fields
import django.db.models.deletion
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("picos", "0011_links"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
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
        migrations.CreateModel(
            name="Channel",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
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
                (
                    "owner",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
            ],
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
                ("at", models.DateTimeField(auto_now_add=True)),
                ("what", models.CharField(choices=[("opened", "Opened"), ("wrote", "Wrote")], max_length=6)),
                (
                    "channel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="log", to="picos.channel"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Sighting",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("visitor", models.BinaryField(max_length=8)),
                ("at", models.DateTimeField()),
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
            ],
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
                ("namespace", models.CharField(choices=[("owner", "Owner"), ("company", "Company")], max_length=7)),
                ("key", models.CharField(max_length=50)),
                ("value", models.JSONField()),
                ("at", models.DateTimeField()),
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
                (
                    "pico",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="states",
                        to="picos.pico",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="channel",
            index=models.Index(fields=["pico", "owner"], name="channel_of_pico"),
        ),
        migrations.AddConstraint(
            model_name="channel",
            constraint=models.CheckConstraint(
                condition=models.Q(("most_uses", None), ("uses__lte", models.F("most_uses")), _connector="OR"),
                name="channel_keeps_to_its_uses",
            ),
        ),
        migrations.AddConstraint(
            model_name="channel",
            constraint=models.CheckConstraint(
                condition=models.Q(("scope__contained_by", ["page", "entries", "state"]), ("scope__len__gt", 0)),
                name="channel_scope_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="channel",
            constraint=models.CheckConstraint(
                condition=models.Q(("visibility__in", ["private", "shared"])), name="channel_visibility_is_known"
            ),
        ),
        migrations.AddIndex(
            model_name="sighting",
            index=models.Index(fields=["at"], name="sighting_old"),
        ),
        migrations.AddConstraint(
            model_name="sighting",
            constraint=models.UniqueConstraint(models.F("pico"), models.F("visitor"), name="sighting_once"),
        ),
        migrations.AddConstraint(
            model_name="state",
            constraint=models.UniqueConstraint(
                models.F("pico"),
                models.F("namespace"),
                models.F("owner"),
                models.F("key"),
                name="state_once_per_key",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="state",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("namespace", "owner"), ("owner__isnull", False)),
                    models.Q(("namespace", "company"), ("owner__isnull", True)),
                    _connector="OR",
                ),
                name="state_owner_is_of_owners",
            ),
        ),
        migrations.RunSQL(
            "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON picos_channeluse "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()",
            "DROP TRIGGER append_only ON picos_channeluse",
        ),
        migrations.RunSQL("ALTER TABLE picos_sighting SET UNLOGGED", "ALTER TABLE picos_sighting SET LOGGED"),
    ]
