from django.db import migrations

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
    dependencies = [("picos", "0008_places_by_statement")]
    operations = [migrations.RunSQL(MOVES, ANY_MOVE), migrations.RunSQL(ALIASES, ANY_ALIAS)]
