"""What a test with real commits leaves behind is deleted; Django would truncate every table, which takes ten times as long."""

from django.apps import apps
from django.db import connection, transaction
from django.test import TransactionTestCase

# What the migrations wrote stays: they run once.
FROM_MIGRATIONS = {"auth_permission", "django_content_type", "django_migrations", "picos_lane"}


def use() -> None:
    """From now on, in this process."""
    TransactionTestCase._fixture_teardown = empty  # type: ignore[attr-defined]


def empty(_: TransactionTestCase | None = None) -> None:
    """Deletes all rows, past the triggers of tables that can only be added to."""
    tables = sorted({one._meta.db_table for one in apps.get_models(include_auto_created=True)} - FROM_MIGRATIONS)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{one}' WHERE EXISTS (SELECT FROM {one})" for one in tables))
        full = [one for (one,) in cursor.fetchall()]
        for each in ("ALTER TABLE {} DISABLE TRIGGER USER", "DELETE FROM {}"):
            for one in full:
                cursor.execute(each.format(one))
        # A table with checks that still wait cannot be altered.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for one in full:
            cursor.execute(f"ALTER TABLE {one} ENABLE TRIGGER USER")
