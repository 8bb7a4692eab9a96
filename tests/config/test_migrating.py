"""A database from before the migrations were written anew goes on as it is."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from config.migrating import WRITTEN_ANEW, migrate_if_pending

pytestmark = pytest.mark.django_db


def applied() -> set[tuple[str, str]]:
    return {key for key in MigrationRecorder(connection).applied_migrations() if key[0] in WRITTEN_ANEW}


def as_it_was(last: dict[str, str]) -> None:
    recorder = MigrationRecorder(connection)
    for app, name in applied():
        recorder.record_unapplied(app, name)
    for app, name in last.items():
        recorder.record_applied(app, name)


def test_a_database_that_has_all_tables_by_their_earlier_migrations_is_left_as_it_is() -> None:
    now = applied()
    earlier = {app: last for app, (last, _) in WRITTEN_ANEW.items()}
    for app, (_, written) in WRITTEN_ANEW.items():
        call_command("migrate", app, written, verbosity=0)
    as_it_was(earlier)

    assert migrate_if_pending()

    assert applied() == now | set(earlier.items())
    assert not migrate_if_pending()


def test_what_was_written_later_is_pending_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(WRITTEN_ANEW, "rules", ("0010_questions", "0002_waits_and_questions"))
    as_it_was({app: last for app, (last, _) in WRITTEN_ANEW.items()})
    called: list[str] = []
    monkeypatch.setattr("config.migrating.call_command", lambda name, **_: called.append(name))

    assert migrate_if_pending()

    assert called == ["migrate"]
    assert ("rules", "0003_append_only") not in applied()


def test_a_database_that_lacks_some_is_not_taken_for_a_whole_one(monkeypatch: pytest.MonkeyPatch) -> None:
    as_it_was({"api": "0003_cache", "parties": "0005_member_mailed_since"})
    monkeypatch.setattr("config.migrating.call_command", lambda name, **_: None)

    migrate_if_pending()

    assert applied() == {("api", "0003_cache"), ("parties", "0005_member_mailed_since")}
