"""Where square and texts stand on a label of any size."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picos.labels.layout import SMALLEST, lay_out
from picos.labels.letters import printable, width_of
from picos.labels.order import PARTS, Label, Part

CODE = "K7QM3XNB0FJ2H"
TEXTS = st.text(min_size=1, max_size=100).map(printable).filter(bool)


def a_label(**texts: str) -> Label:
    shown: list[tuple[Part, str]] = [(part, texts[part]) for part in PARTS if part in texts]
    return Label(CODE, f"HTTP://PICO.TEST/P/{CODE}", tuple(shown))


@given(
    st.dictionaries(st.sampled_from(PARTS[1:]), TEXTS),
    st.booleans(),
    st.floats(15, 200),
    st.floats(15, 300),
)
def test_all_of_it_lies_on_the_label(texts: dict[str, str], code: bool, width: float, height: float) -> None:
    given_code = {"code": "K7QM-3XNB-0FJ2-H"} if code else {}
    layout = lay_out(a_label(**texts, **given_code), width, height)
    assert layout.side > 5
    assert layout.x >= -1e-6
    assert layout.y >= -1e-6
    assert layout.x + layout.side <= width + 1e-6
    assert layout.y + layout.side <= height + 1e-6
    for line in layout.lines:
        assert line.x >= -1e-6
        assert line.x + line.size * width_of(line.text, line.font) <= width + 0.1
        assert line.y - line.size >= -1e-6
        assert line.y <= height + 1e-6
        beside = line.x >= layout.x + layout.side - 1e-6
        assert beside or line.y - line.size >= layout.y + layout.side - 1e-6


@given(st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ-", min_size=1, max_size=50).map(str.strip).filter(bool))
def test_a_serial_is_never_cut_off(serial: str) -> None:
    layout = lay_out(a_label(name="Moccasin " * 9, serial=serial), 38.1, 21.2)
    said = "".join(line.text for line in layout.lines)
    assert said.endswith(serial)


def test_a_long_name_is_cut_off_at_the_smallest_size() -> None:
    (line,) = lay_out(a_label(name="A moccasin for men, with a sole of suede"), 38.1, 21.2).lines
    assert line.text.endswith("…")
    assert line.size == SMALLEST


def test_a_code_that_would_be_tiny_stands_in_two_lines() -> None:
    narrow = lay_out(a_label(code="K7QM-3XNB-0FJ2-H"), 38.1, 21.2)
    wide = lay_out(a_label(code="K7QM-3XNB-0FJ2-H"), 66.675, 25.4)
    assert [line.text for line in narrow.lines] == ["K7QM-3XNB-", "0FJ2-H"]
    assert [line.text for line in wide.lines] == ["K7QM-3XNB-0FJ2-H"]


def test_a_square_without_texts_has_the_label_for_itself() -> None:
    layout = lay_out(a_label(), 40, 30)
    assert (layout.x, layout.y, layout.side, layout.lines) == (5, 0, 30, ())


def test_letters_that_the_fonts_lack_lose_their_accents_or_become_question_marks() -> None:
    assert printable("Größe 38, 20 €") == "Größe 38, 20 €"
    assert printable("Dvořák") == "Dvorák"
    assert printable("靴 38\n\tx") == "? 38 x"
    assert printable("e\u0301\u200b") == "e?"


@pytest.mark.parametrize("text", ["\u0301", "\u0301\u0308", " ", "\u2017"])
@pytest.mark.parametrize(("width", "height"), [(66.675, 25.4), (38.1, 21.2), (40, 30)])
def test_a_text_of_which_nothing_can_be_printed_is_left_out(text: str, width: float, height: float) -> None:
    assert lay_out(a_label(serial=text), width, height) == lay_out(a_label(), width, height)
    assert lay_out(a_label(name="Boot", serial=text), width, height) == lay_out(a_label(name="Boot"), width, height)
