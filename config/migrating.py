"""Brings the database's tables up to date."""

import sys

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from config.postgres import MIGRATION_LOCK


def migrate_if_pending() -> bool:
    """Apply the migrations that are pending, and say whether there were any.

    Of processes that call this at once, one migrates and the others wait for it, also on several machines.
    """
    if not _is_pending():
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        try:
            if _is_pending():
                call_command("migrate", verbosity=0, interactive=False, stdout=sys.stderr)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])
    return True


def _is_pending() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
