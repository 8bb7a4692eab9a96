import ast
import os
import subprocess
import sys
from ipaddress import ip_network
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env

ROOT = Path(__file__).resolve().parents[2]


def test_a_value_comes_from_the_environment_or_from_the_file_that_name_file_names(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("from the file\n")
    monkeypatch.setenv("PICO_TEST_FILE", str(tmp_path / "secret"))
    assert env.text("PICO_TEST") == "from the file"
    monkeypatch.setenv("PICO_TEST", "from the environment")
    assert env.text("PICO_TEST") == "from the environment"


def test_an_empty_variable_is_an_unset_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PICO_TEST", "")
    assert env.text("PICO_TEST", "default") == "default"
    assert env.integer("PICO_TEST", 7) == 7
    assert env.flag("PICO_TEST", default=True) is True
    assert env.words("PICO_TEST", ["default"]) == ["default"]


def test_each_type_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PICO_TEST", "12")
    assert env.integer("PICO_TEST", 7) == 12
    monkeypatch.setenv("PICO_TEST", "Off")
    assert env.flag("PICO_TEST", default=True) is False
    monkeypatch.setenv("PICO_TEST", "a, b")
    assert env.words("PICO_TEST") == ["a", "b"]
    monkeypatch.setenv("PICO_TEST", "127.0.0.0/8,::1")
    assert env.networks("PICO_TEST") == [ip_network("127.0.0.0/8"), ip_network("::1/128")]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("many", lambda: env.integer("PICO_TEST", 7)),
        ("maybe", lambda: env.flag("PICO_TEST", default=False)),
        ("10.0.0.0/99", lambda: env.networks("PICO_TEST")),
    ],
)
def test_a_malformed_value_stops_the_start_with_the_variables_name(
    monkeypatch: pytest.MonkeyPatch, written: str, read: "object"
) -> None:
    monkeypatch.setenv("PICO_TEST", written)
    with pytest.raises(ImproperlyConfigured, match=r"^PICO_TEST: "):
        read()  # type: ignore[operator]


def test_a_file_that_cannot_be_read_stops_the_start_with_the_variables_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PICO_TEST_FILE", "/no/such/file")
    with pytest.raises(ImproperlyConfigured, match=r"^PICO_TEST_FILE: /no/such/file cannot be read"):
        env.text("PICO_TEST")


def test_a_kept_secret_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    kept = env.secret_kept_in(tmp_path / "deep" / "secret-key")
    assert len(kept) >= 50
    assert env.secret_kept_in(tmp_path / "deep" / "secret-key") == kept
    assert (tmp_path / "deep" / "secret-key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("name", "written", "sentence"),
    [
        ("PORT", "abc", "PORT: 'abc' is no whole number."),
        ("LIVE_PORT", "70000", "LIVE_PORT: 70000 is no port; those are 1 to 65535."),
        ("PUBLIC_URL", "foo", "PUBLIC_URL: 'foo' must be http(s)://host[:port] without a path."),
        ("PUBLIC_URL", "http://a:x", "PUBLIC_URL: 'http://a:x' must be http(s)://host[:port] without a path."),
        (
            "DATABASE_URL",
            "mysql://x",
            "DATABASE_URL: it must begin with postgres://, as only PostgreSQL is spoken here.",
        ),
        ("DATABASE_URL", "postgres://ann:secret@h:x/d", "DATABASE_URL: it could not be understood."),
    ],
)
def test_a_wrong_setting_ends_the_command_with_one_sentence(name: str, written: str, sentence: str) -> None:
    command = [sys.executable, str(ROOT / "manage.py"), "up"]
    ended = subprocess.run(command, env=os.environ | {name: written}, capture_output=True, text=True, check=False)

    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", f"{sentence}\n")


def test_a_file_is_one_that_is_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert env.file("PICO_TEST") is None
    monkeypatch.setenv("PICO_TEST", str(tmp_path / "none"))
    with pytest.raises(ImproperlyConfigured, match="PICO_TEST: there is no file"):
        env.file("PICO_TEST")
    (tmp_path / "none").touch()
    assert env.file("PICO_TEST") == tmp_path / "none"


@pytest.mark.parametrize(
    ("query", "options"),
    [("", "-c jit=off"), ("?options=-c%20jit%3Don&sslmode=require", "-c jit=off -c jit=on")],
)
def test_a_database_is_asked_to_compile_nothing_unless_its_address_says_otherwise(query: str, options: str) -> None:
    command = [sys.executable, "-c", "from config import settings; print(settings.DATABASES['default']['OPTIONS'])"]
    url = f"postgresql://pico:x@db.example:5432/pico{query}"
    said = subprocess.check_output(command, env=os.environ | {"DATABASE_URL": url}, text=True)
    assert ast.literal_eval(said)["options"] == options
