"""What the test's transaction wrote by now, as PostgreSQL counts it: a hundred times as fast as to compare all rows."""

from collections.abc import Collection

from django.db import connection

COUNTS = """
SELECT relname, pg_stat_get_xact_tuples_inserted(oid), pg_stat_get_xact_tuples_updated(oid),
       pg_stat_get_xact_tuples_deleted(oid)
FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace
"""


def written_to(tables: Collection[str]) -> dict[str, tuple[int, int, int]]:
    """How many rows were added to each of these tables, changed there and deleted, also in what was undone since.

    Of a request that answers before it writes it says the same as a look at all rows. Only within a transaction
    around the whole test: with real commits nothing is counted.
    """
    with connection.cursor() as cursor:
        assert connection.in_atomic_block
        cursor.execute(COUNTS)
        return {table: (*counts,) for table, *counts in cursor.fetchall() if table in tables}
