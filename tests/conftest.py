"""Fixtures for all floors."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client, client, override_settings
from hypothesis import settings as hypothesis_settings
from pytest_django import DjangoDbBlocker

from config.postgres import cluster_for
from parties.models import Company, Person
from picos import bell
from tests import emptying, migrated, one_middleware
from tests.factories import a_key

# A machine that is busy elsewhere is no failure.
hypothesis_settings.register_profile("house", deadline=None, max_examples=40)
hypothesis_settings.load_profile("house")
emptying.use()
# Each new test client would look through the static files of all packages.
settings.WHITENOISE_AUTOREFRESH = True
# Each new test client would load the middleware anew, which takes longer than many a page.
one_middleware.use()
# Tests read pages as their readers do; nobody asks what each template was rendered with, which takes a copy of it.
client.store_rendered_templates = lambda *_, **__: None  # type: ignore[attr-defined]

Api = Callable[[Company | Person | str | None], "ApiClient"]


class ApiClient:
    """Asks the API as one party, in JSON."""

    def __init__(self, key: str | None) -> None:
        self._client = Client(headers={"Authorization": f"Bearer {key}"} if key else {})

    def get(self, path: str, query: dict[str, Any] | None = None, **headers: str) -> Any:
        return self._client.get(f"/api/v1{path}", query, headers=headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self._client.post(f"/api/v1{path}", body or {}, content_type="application/json", headers=headers)

    def put(self, path: str, body: Any = None) -> Any:
        return self._client.put(f"/api/v1{path}", body or {}, content_type="application/json")

    def delete(self, path: str) -> Any:
        return self._client.delete(f"/api/v1{path}")

    def upload(self, path: str, fields: dict[str, Any], *, method: str = "POST") -> Any:
        form = client.encode_multipart(client.BOUNDARY, fields)
        return self._client.generic(method, f"/api/v1{path}", form, client.MULTIPART_CONTENT)

    def send(
        self, method: str, path: str, data: bytes = b"", content_type: str = "application/json", **headers: str
    ) -> Any:
        """A request of any bytes."""
        return self._client.generic(method, f"/api/v1{path}", data, content_type, headers=headers)


@pytest.fixture
def api() -> Api:
    """`api(party)` asks with a key of that party, `api("text")` with that key, `api(None)` with none."""

    def asking(party: Company | Person | str | None) -> ApiClient:
        return ApiClient(party if party is None or isinstance(party, str) else a_key(party))

    return asking


@pytest.fixture(autouse=True)
def rung(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The bells that were rung; none reaches a broker."""
    tasks: list[str] = []
    monkeypatch.setattr(bell, "ring_now", tasks.append)
    return tasks


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is sent to the database, by whichever cursor, but for the savepoints of a test within a transaction."""
    sent: list[str] = []

    def noting(method: Any) -> Any:
        def note(cursor: Any, statement: Any, *args: Any, **kwargs: Any) -> Any:
            if "SAVEPOINT" not in str(statement):
                sent.append(str(statement))
            return method(cursor, statement, *args, **kwargs)

        return note

    for name in ("execute", "copy"):
        monkeypatch.setattr(psycopg.Cursor, name, noting(getattr(psycopg.Cursor, name)))
    return sent


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """This worker's database is a copy of the migrated one; on somebody's own server it is migrated itself."""
    if settings.EMBEDDED_DATABASE:
        migrated.wait(cluster_for(settings.PICO_DATA_DIR))
        connection.settings_dict["TEST"]["TEMPLATE"] = migrated.NAME


@pytest.fixture(scope="module")
def one_transaction(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Around those of a module's tests, for what they all begin with; none of them may want real commits."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="session", autouse=True)
def _media_root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Set once: each change of a setting is told to all of Django, which takes longer than many a test."""
    root = tmp_path_factory.mktemp("files") / "media"
    with override_settings(MEDIA_ROOT=root):
        yield root


@pytest.fixture(autouse=True)
def media(_media_root: Path) -> Iterator[Path]:
    """A media folder of the test's own."""
    yield _media_root
    shutil.rmtree(_media_root, ignore_errors=True)
