"""Brings the database's tables up to date."""

import sys
from typing import Final

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from config.postgres import MIGRATION_LOCK

# Before 0.1.0 the migrations were written anew. A database that has the last of the earlier ones has the tables that
# the new ones make, up to the second name.
WRITTEN_ANEW: Final = {
    "api": ("0003_cache", "0003_cache"),
    "parties": ("0005_member_mailed_since", "0001_people_and_companies"),
    "picos": ("0015_kinds_of_notices", "0009_moves_and_aliases"),
    "journals": ("0006_entries_by_link", "0002_append_only"),
    "conduits": ("0028_connectors", "0008_append_only"),
    "rules": ("0010_questions", "0003_append_only"),
}


def migrate_if_pending() -> bool:
    """Apply the migrations that are pending, and say whether there were any.

    Of processes that call this at once, one migrates and the others wait for it, also on several machines.
    """
    if not _is_pending():
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        try:
            _recognise_earlier_tables()
            if _is_pending():
                call_command("migrate", verbosity=0, interactive=False, stdout=sys.stderr)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])
    return True


def _is_pending() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _recognise_earlier_tables() -> None:
    recorder = MigrationRecorder(connection)
    applied = recorder.applied_migrations().keys()
    if not all((app, last) in applied for app, (last, _) in WRITTEN_ANEW.items()):
        return
    for app, name in MigrationLoader(connection).disk_migrations:
        if app in WRITTEN_ANEW and name <= WRITTEN_ANEW[app][1] and (app, name) not in applied:
            recorder.record_applied(app, name)
