from django.db import migrations

# What foreign keys would say, for all rows of a statement at once. The locks keep a product from going meanwhile.
PLACES = """
CREATE FUNCTION refuse_unknown_places() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM picos_product WHERE id IN (SELECT DISTINCT product_id FROM placed) FOR KEY SHARE;
    PERFORM FROM picos_batch WHERE id IN (SELECT DISTINCT batch_id FROM placed) FOR KEY SHARE;
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT product_id, batch_id FROM placed) AS place
        LEFT JOIN picos_product AS product ON product.id = place.product_id
        LEFT JOIN picos_batch AS batch ON batch.id = place.batch_id
        WHERE (place.product_id IS NOT NULL AND product.id IS NULL)
           OR (place.batch_id IS NOT NULL AND batch.product_id IS DISTINCT FROM place.product_id)
    ) THEN
        RAISE EXCEPTION 'a pico is of a product and a batch of it that are there' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER pico_place_is_known AFTER INSERT ON picos_pico REFERENCING NEW TABLE AS placed
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_unknown_places();
CREATE TRIGGER pico_place_stays_known AFTER UPDATE ON picos_pico REFERENCING NEW TABLE AS placed
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_unknown_places();
CREATE FUNCTION refuse_leaving_picos() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM picos_pico WHERE product_id = old.id) OR EXISTS (SELECT FROM picos_pico WHERE batch_id = old.id)
    THEN
        RAISE EXCEPTION '% has picos', tg_table_name USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER product_leaves_no_pico AFTER DELETE ON picos_product
    FOR EACH ROW EXECUTE FUNCTION refuse_leaving_picos();
CREATE TRIGGER batch_leaves_no_pico AFTER DELETE ON picos_batch FOR EACH ROW EXECUTE FUNCTION refuse_leaving_picos();
"""
NO_PLACES = """
DROP TRIGGER pico_place_is_known ON picos_pico;
DROP TRIGGER pico_place_stays_known ON picos_pico;
DROP TRIGGER product_leaves_no_pico ON picos_product;
DROP TRIGGER batch_leaves_no_pico ON picos_batch;
DROP FUNCTION refuse_unknown_places;
DROP FUNCTION refuse_leaving_picos;
"""


class Migration(migrations.Migration):
    dependencies = [("picos", "0007_unlogged_visits")]
    operations = [migrations.RunSQL(PLACES, NO_PLACES)]
