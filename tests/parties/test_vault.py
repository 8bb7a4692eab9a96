"""Secrets at rest open under the keys that are listed, and under no other."""

import pytest
from cryptography.fernet import InvalidToken
from pytest_django import Settings

from parties.vault import open_sealed, seal


@pytest.fixture(autouse=True)
def _keys(settings: Settings) -> None:
    settings.SECRET_KEY = "first"
    settings.SECRET_KEY_FALLBACKS = []


def test_what_was_sealed_opens() -> None:
    assert open_sealed(seal("whsec_Schlüssel")) == "whsec_Schlüssel"


def test_a_sealed_secret_shows_nothing_and_never_looks_alike_twice() -> None:
    assert "whsec" not in seal("whsec_a")
    assert seal("whsec_a") != seal("whsec_a")


def test_a_secret_opens_under_an_earlier_key_that_is_still_listed(settings: Settings) -> None:
    sealed = seal("whsec_a")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "second", ["first"]
    assert open_sealed(sealed) == "whsec_a"
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(InvalidToken):
        open_sealed(sealed)


def test_new_secrets_are_sealed_under_the_current_key(settings: Settings) -> None:
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "second", ["first"]
    sealed = seal("whsec_a")
    settings.SECRET_KEY_FALLBACKS = []
    assert open_sealed(sealed) == "whsec_a"


@pytest.mark.parametrize("position", [0, 20, -5])
def test_what_was_altered_does_not_open(position: int) -> None:
    sealed = bytearray(seal("whsec_a").encode())
    sealed[position] ^= 1
    with pytest.raises(InvalidToken):
        open_sealed(sealed.decode())


@pytest.mark.parametrize("text", ["", "whsec_a", "ö"])
def test_what_was_never_sealed_does_not_open(text: str) -> None:
    with pytest.raises(InvalidToken):
        open_sealed(text)
