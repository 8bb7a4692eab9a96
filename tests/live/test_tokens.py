"""Tokens: what a page may hear, signed for half a day."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import time_machine
from django.core import signing
from pytest_django import Settings

from live.tokens import VALID_FOR, Token, read_token, token_for, topic

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
ID = UUID("01a20039-9d91-730f-a1f5-ea83e5b7582b")


def test_a_topic_names_what_changes_and_on_which_side() -> None:
    assert topic("journal", ID, "owner") == f"journal:{ID}:owner"
    assert topic("person", ID) == f"person:{ID}"


def test_a_token_gives_back_its_topic_and_when_it_was_made() -> None:
    with time_machine.travel(NOON, tick=False):
        assert read_token(token_for(topic("person", ID))) == Token(f"person:{ID}", NOON.timestamp())


def test_a_token_is_good_for_twelve_hours_and_not_a_second_more() -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        token = token_for("person:x")
        clock.shift(timedelta(seconds=VALID_FOR))
        assert read_token(token)
        clock.shift(timedelta(seconds=1))
        assert read_token(token) is None


def test_a_token_with_any_character_changed_is_forged() -> None:
    token = token_for("person:x")
    for place, character in enumerate(token):
        other = "A" if character != "A" else "B"
        assert read_token(token[:place] + other + token[place + 1 :]) is None


@pytest.mark.parametrize("token", ["", ":", "::", "x", "é:é:é", "\0", "\ud800", "a" * 100_000, "e30:1:x"])
def test_what_is_no_token_is_none(token: str) -> None:
    assert read_token(token) is None


def test_what_django_signed_for_something_else_is_no_token() -> None:
    assert read_token(signing.dumps("person:x")) is None
    assert read_token(signing.dumps("person:x", salt="another")) is None


def test_a_token_of_an_earlier_layout_is_none() -> None:
    assert read_token(signing.dumps("person:x", salt="live")) is None


def test_a_token_of_another_server_is_none_and_one_of_an_earlier_key_is_good(settings: Settings) -> None:
    token = token_for("person:x")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a new one"
    assert read_token(token)
    settings.SECRET_KEY_FALLBACKS = []
    assert read_token(token) is None
