"""What is new in a reply, in the ways in which programs quote."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conduits.mail.markup import text_of
from conduits.mail.quoting import new_in
from conduits.mail.replying import MARKER

OURS = f"> --- {MARKER} ---\n>\n> LAMO wrote: Which side?\n>\n> https://things.example/things/K7\n"


@pytest.mark.parametrize(
    ("reply", "new"),
    [
        ("Yes.\n", "Yes."),
        (f"Yes.\n\nOn Sun, 22 Nov 2026 at 10:01, LAMO <reply+a@things.example> wrote:\n{OURS}", "Yes."),
        (f"Yes.\n\nOn Sun, 22 Nov 2026 at 10:01, LAMO <\nreply+a@things.example> wrote:\n\n{OURS}", "Yes."),
        (f"Ja.\n\nAm So., 22. Nov. 2026 um 10:01 Uhr schrieb LAMO <reply+a@x.example>:\n{OURS}", "Ja."),
        (f"Да.\n\nвс, 22 нояб. 2026 г. в 10:01, LAMO <reply+a@things.example>:\n{OURS}", "Да."),
        (f"はい。\n\n2026年11月22日(日) 10:01 LAMO <reply+a@things.example>:\n{OURS}", "はい。"),
        (
            f"Yes.\n\n{'_' * 32}\nVon: LAMO\nGesendet: Sonntag\nAn: Ann\n\n--- {MARKER} ---\n\nLAMO wrote: Which side?",
            "Yes.",
        ),
        ("Yes.\n\n-----Original Message-----\nFrom: LAMO\n\nWhich side?", "Yes."),
        ("Yes.\n\n> Which side?\n> The left?\n", "Yes."),
        ("Yes.\n\nOn Sun, 22 Nov 2026 at 10:01, LAMO wrote:\n> Which side?\n", "Yes."),
        (f"On Sun, 22 Nov 2026 at 10:01, LAMO wrote:\n{OURS}\nThe left one.\n", "The left one."),
        (
            "> Which side?\nThe left one.\n> And where?\nAt the heel.\n",
            "> Which side?\nThe left one.\n> And where?\nAt the heel.",
        ),
        (f"Yes.\n-- \nAnn Example\n+1 555 0100\n\nOn 22/11/2026 10:01, LAMO wrote:\n{OURS}", "Yes."),
        ("Yes.\n\nSent from my iPhone\n", "Yes."),
        ("It broke at 12:30:\n\nthe sole came off", "It broke at 12:30:\n\nthe sole came off"),
        ("Come at 12:30, as I wrote:", "Come at 12:30, as I wrote:"),
        (f"--- {MARKER} ---\n\nLAMO wrote: Which side?", ""),
        ("", ""),
    ],
)
def test_a_reply_is_what_its_writer_added(reply: str, new: str) -> None:
    assert new_in(reply) == new


@given(st.text(max_size=300))
def test_nothing_breaks_it_and_nothing_is_added(text: str) -> None:
    lines = {line.strip() for line in text.splitlines()}
    assert {line.strip() for line in new_in(text).splitlines()} <= lines | {""}


@pytest.mark.parametrize(
    "bad",
    [
        "On " * 33_000,
        "> " * 50_000,
        "From: a\n" * 12_000,
        "-" * 100_000,
        "_" * 99_999 + "\nx",
        "\n" * 100_000,
        "a:\n" * 33_000,
    ],
    ids=range(7),
)
def test_no_reply_takes_long(bad: str) -> None:
    before = time.process_time()
    new_in(bad)
    assert time.process_time() - before < 1


def test_a_mail_in_html_only_is_read_as_lines_and_what_it_quotes_is_marked() -> None:
    html = (
        "<html><head><style>p {}</style><title>No</title></head><body><p>Yes, <b>the left</b> one.</p><div>Thanks &amp; bye"
        f"<br></div><div>On 22 Nov 2026 at 10:01, LAMO wrote:<br></div><blockquote>--- {MARKER} ---<br>Which?</blockquote>"
    )
    assert new_in(text_of(html)) == "Yes, the left one.\n\nThanks & bye"


@pytest.mark.parametrize(
    "bad", ["<" * 100_000, "<!--" * 25_000, "<![" * 33_000, "<a " * 33_000, "&" * 100_000], ids=range(5)
)
def test_no_html_takes_long(bad: str) -> None:
    before = time.process_time()
    text_of(bad)
    assert time.process_time() - before < 3
