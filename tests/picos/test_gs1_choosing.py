"""Which link fits best."""

import pytest

from picos.gs1.choosing import choose
from picos.gs1.resolving import Level, Target

ENGLISH = Target("instructions", "https://e.example/en", "Manual", "en", "text/html")
BRITISH = Target("instructions", "https://e.example/gb", "Manual", "en-GB", "text/html")
GERMAN = Target("instructions", "https://e.example/de", "Handbuch", "de", "text/html")
PAPER = Target("instructions", "https://e.example/pdf", "Manual", "en", "application/pdf")
PLAIN = Target("instructions", "https://e.example/any", "Manual")
SUPPORT = Target("support", "https://e.example/help", "Support")


def chosen(*targets: Target, accept: str = "", language: str = "", link_type: str = "instructions") -> list[Target]:
    levels = [
        Level("https://e.example/01/1/21/1", "A copy", (SUPPORT,), SUPPORT),
        Level("https://e.example/01/1", "All", targets, targets[0]),
    ]
    return choose(levels, link_type=link_type, accept=accept, accept_language=language)[1]


@pytest.mark.parametrize(
    ("language", "best"),
    [
        ("de", GERMAN),
        ("de-AT,de;q=0.9", GERMAN),
        ("en", ENGLISH),
        ("en-GB,en;q=0.9", BRITISH),
        ("en;q=0.5, de;q=0.9", GERMAN),
        ("fr, de;q=0.1", GERMAN),
        ("DE", GERMAN),
        ("fr", PLAIN),
        ("de;q=0, en;q=0.1", ENGLISH),
        ("nonsense;q=x, de", GERMAN),
    ],
)
def test_the_language_that_is_liked_best_is_chosen(language: str, best: Target) -> None:
    assert chosen(ENGLISH, BRITISH, GERMAN, PLAIN, language=language) == [best]


@pytest.mark.parametrize(
    ("accept", "best"),
    [
        ("application/pdf", PAPER),
        ("text/html,application/pdf;q=0.9", ENGLISH),
        ("text/*;q=0.8, */*;q=0.1", ENGLISH),
        ("application/*", PAPER),
        ("*/*;q=0.1, application/pdf;q=0", ENGLISH),
    ],
)
def test_the_media_type_decides_among_one_language(accept: str, best: Target) -> None:
    assert chosen(ENGLISH, PAPER, GERMAN, accept=accept, language="en") == [best]


def test_what_fits_equally_well_is_all_of_it() -> None:
    assert chosen(ENGLISH, GERMAN) == [ENGLISH, GERMAN]
    assert chosen(ENGLISH, GERMAN, language="fr") == [ENGLISH, GERMAN]
    assert chosen(ENGLISH, PAPER, language="en", accept="*/*") == [ENGLISH, PAPER]


def test_the_most_specific_level_that_has_the_type_decides() -> None:
    assert chosen(ENGLISH, SUPPORT, link_type="support") == [SUPPORT]
    assert chosen(SUPPORT, link_type="instructions") == []
    assert chosen(ENGLISH, link_type="defaultLink") == [SUPPORT]
