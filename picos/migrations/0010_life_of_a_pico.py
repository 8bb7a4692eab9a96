import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


# As picos/moving.py has it; a test compares the two.
MOVES = """
CREATE FUNCTION refuse_pico_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a % pico never becomes %', old.status, new.status
    USING ERRCODE = 'check_violation', CONSTRAINT = 'pico_moves';
END $$;
CREATE TRIGGER pico_moves BEFORE UPDATE OF status ON picos_pico FOR EACH ROW
WHEN (old.status <> new.status AND (old.status, new.status) NOT IN (
    ('minted', 'active'), ('minted', 'claimed'), ('minted', 'retired'), ('active', 'claimed'), ('active', 'retired'),
    ('claimed', 'lost'), ('claimed', 'active'), ('claimed', 'retired'), ('lost', 'claimed')
)) EXECUTE FUNCTION refuse_pico_move();
"""
ANY_MOVE = "DROP TRIGGER pico_moves ON picos_pico; DROP FUNCTION refuse_pico_move()"

# One step from any code to its pico, and never round in a circle.
ALIASES = """
CREATE FUNCTION check_alias() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM picos_pico WHERE code = new.code AND status <> 'retired')
        OR EXISTS (SELECT FROM picos_pico AS pico JOIN picos_alias AS alias ON alias.code = pico.code
                   WHERE pico.id = new.pico_id)
        OR EXISTS (SELECT FROM picos_pico AS pico JOIN picos_alias AS alias ON alias.pico_id = pico.id
                   WHERE pico.code = new.code)
        OR EXISTS (SELECT FROM picos_pico WHERE id = new.pico_id AND code = new.code) THEN
        RAISE EXCEPTION '% cannot lead there', new.code
        USING ERRCODE = 'check_violation', CONSTRAINT = 'alias_leads_to_a_living_code';
    END IF;
    RETURN new;
END $$;
CREATE TRIGGER alias_leads_to_a_living_code BEFORE INSERT OR UPDATE ON picos_alias
FOR EACH ROW EXECUTE FUNCTION check_alias();
"""
ANY_ALIAS = "DROP TRIGGER alias_leads_to_a_living_code ON picos_alias; DROP FUNCTION check_alias()"


class Migration(migrations.Migration):
    dependencies = [
        ("picos", "0009_places_by_statement"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Alias",
            fields=[
                ("code", models.CharField(db_collation="C", max_length=13, primary_key=True, serialize=False)),
                ("at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "verbose_name_plural": "aliases",
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("token_digest", models.BinaryField(max_length=32, unique=True)),
                ("expires_at", models.DateTimeField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "pico",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="invitation",
                        serialize=False,
                        to="picos.pico",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Transfer",
            fields=[
                ("token_digest", models.BinaryField(max_length=32, unique=True)),
                ("expires_at", models.DateTimeField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "pico",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="transfer",
                        serialize=False,
                        to="picos.pico",
                    ),
                ),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="pico",
            name="pico_status_agrees_with_owner",
        ),
        migrations.AddConstraint(
            model_name="pico",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("owner", None), ("status__in", ["minted", "active"])),
                    models.Q(
                        ("claimed_at__isnull", False), ("owner__isnull", False), ("status__in", ["claimed", "lost"])
                    ),
                    models.Q(("owner", None), ("status", "retired")),
                    _connector="OR",
                ),
                name="pico_status_agrees_with_owner",
            ),
        ),
        migrations.AddConstraint(
            model_name="pico",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("product__isnull", False), ("status__in", ["claimed", "lost", "retired"]), _connector="OR"
                ),
                name="pico_without_product_is_somebodys",
            ),
        ),
        migrations.AddField(
            model_name="alias",
            name="pico",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="aliases", to="picos.pico"
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(("expires_at__gt", models.F("created_at"))), name="invitation_expires_later"
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(("expires_at__gt", models.F("created_at"))), name="transfer_expires_later"
            ),
        ),
        migrations.RunSQL(MOVES, ANY_MOVE),
        migrations.RunSQL(ALIASES, ANY_ALIAS),
    ]
