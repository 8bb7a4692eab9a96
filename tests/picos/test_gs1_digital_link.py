"""Reading GS1 Digital Links: strict, and nothing else than what was written."""

from contextlib import suppress
from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picos.gs1.attributes import AttributeValueError, _format_of, check_attribute
from picos.gs1.digital_link import DigitalLink, DigitalLinkError, parse_path, parse_query
from picos.gtins import check_digit

GTIN = "09506000134352"
CHARACTERS = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"

gtins = st.text("0123456789", min_size=13, max_size=13).map(lambda digits: f"{digits}{check_digit(digits)}")
values = st.text(CHARACTERS, max_size=20)
without_slashes = values.map(lambda value: value.replace("/", ""))
links = st.builds(DigitalLink, gtin=gtins, variant=without_slashes, lot=without_slashes, serial=without_slashes)


def test_there_are_82_characters() -> None:
    assert len(set(CHARACTERS)) == 82


@given(links)
def test_what_is_written_is_read_again(link: DigitalLink) -> None:
    assert parse_path(unquote(link.path)) == link
    assert parse_path(f"{unquote(link.path)}/") == link
    assert link.path.isascii()


@given(gtins, st.text(CHARACTERS.replace("/", ""), min_size=1, max_size=28))
def test_a_third_party_s_serial_stands_alone(gtin: str, value: str) -> None:
    link = DigitalLink(gtin, third_party=value)
    assert parse_path(unquote(link.path)) == link
    for path in (f"/01/{gtin}/235/{value}/21/B", f"/01/{gtin}/22/A/235/{value[:15]}"):
        with suppress(DigitalLinkError):
            assert parse_path(path).is_guess


@given(gtins, values)
def test_a_serial_with_slashes_is_a_guess(gtin: str, value: str) -> None:
    serial = f"A/{value[:17]}B"
    link = parse_path(unquote(DigitalLink(gtin, serial=serial).path))
    assert (link.serial, link.is_guess) == (serial, True)


@given(gtins, st.sampled_from("0123456789"))
def test_one_wrong_digit_is_noticed(gtin: str, digit: str) -> None:
    for place in (0, 7, 13):
        wrong = gtin[:place] + digit + gtin[place + 1 :]
        if wrong == gtin:
            assert parse_path(f"/01/{wrong}").gtin == gtin
        else:
            with pytest.raises(DigitalLinkError, match="last digit"):
                parse_path(f"/01/{wrong}")


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    for path in (text, f"/01/{text}", f"/01/{GTIN}/{text}", f"/01/{GTIN}/21/{text}"):
        with suppress(DigitalLinkError):
            assert parse_path(path).gtin.isdigit()


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/01",
        "/01/",
        "/gtin/09506000134352",
        "/01/9506000134352",
        "/01/012345678905",
        "/01/95060001",
        "/01/009506000134352",
        "/01/0950600013435X",
        "/01/０９５０６０００１３４３５２",
        f"/01/{GTIN}//",
        f"/01/{GTIN}/foo",
        f"/01/{GTIN}/21",
        f"/01/{GTIN}/21/",
        f"/01/{GTIN}/21//",
        f"/01/{GTIN}/10//21/A",
        f"/01/{GTIN}/99/A",
        f"/01/{GTIN}/17/261231",
        f"/01/{GTIN}/01/{GTIN}",
        f"/01/{GTIN}/21/{'A' * 21}",
        f"/01/{GTIN}/10/{'A' * 21}",
        f"/01/{GTIN}/22/{'A' * 21}",
        f"/01/{GTIN}/235/{'A' * 29}",
        f"/01/{GTIN}/21/a b",
        f"/01/{GTIN}/21/a#b",
        f"/01/{GTIN}/21/é",
        f"/01/{GTIN}/21/a\0",
        f"/01/{GTIN}/21/a\n",
        f"/01/{GTIN}/235/A/21/B",
        f"/01/{GTIN}/21/{'A/' * 300}",
    ],
)
def test_what_is_no_digital_link_is_refused(path: str) -> None:
    with pytest.raises(DigitalLinkError):
        parse_path(path)


@pytest.mark.parametrize("rest", ["21/S/10/L", "10/L/22/V", "21/S/22/V", "10/A/10/B", "21/A/21/B"])
def test_another_order_or_a_repeat_is_no_more_than_a_guess(rest: str) -> None:
    assert parse_path(f"/01/{GTIN}/{rest}").is_guess


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", ""),
        ("utm_source=pack&x=%ZZ&=&&x", ""),
        ("linkType=gs1:pip", "gs1:pip"),
        ("linkType=gs1%3Apip", "gs1:pip"),
        ("17=261231&linkType=linkset", "linkset"),
        ("17=261200;3103=000195;linkType=all", "all"),
        ("linktype=gs1:pip", ""),
        ("11=200131&30=5&3922=00000500&710=A%2FB&8008=2601311200&8200x=1", ""),
        ("414=9506000134352&00=095060001343520000", ""),
    ],
)
def test_the_query_tells_which_link_is_wanted(query: str, wanted: str) -> None:
    assert parse_query(query) == wanted


@pytest.mark.parametrize(
    "query",
    [
        "17=261331",
        "17=26123",
        "17=２６１２３１",
        "17",
        "17=%ZZ",
        "3103=12",
        "30=123456789",
        "01=09506000134352",
        "10=A",
        "21=A",
        "22=A",
        "235=A",
        "414=9506000134353",
        "00=095060001343520001",
        "8003=19506000134352",
        "99999=1",
        "1=1",
        "17=261231&17=261231",
        "linkType=a&linkType=b",
        "linkType=%",
        "710=a%20b",
        f"91={'A' * 91}",
        "%31%37=x",
    ],
)
def test_an_attribute_out_of_its_format_or_place_is_refused(query: str) -> None:
    with pytest.raises(DigitalLinkError):
        parse_query(query)


@given(st.text(max_size=60))
def test_any_query_is_read_or_refused(query: str) -> None:
    for text in (query, quote(query), f"17={query}", f"linkType={query}"):
        with suppress(DigitalLinkError):
            parse_query(text)


def test_a_key_of_other_scripts_digits_is_anybody_s() -> None:
    for digits in ("١٧", "²", "17²"):
        assert parse_query(f"{digits}=x&{quote(digits)[:-3]}=x&linkType=all") == "all"
        with pytest.raises(AttributeValueError):
            check_attribute(digits, "270101")


def test_what_strangers_ask_for_is_not_kept_without_bound() -> None:
    for number in range(100_000, 102_000):
        with pytest.raises(DigitalLinkError):
            parse_query(f"{number}=x")
    for number in range(1000, 9000):
        with suppress(DigitalLinkError):
            parse_query(f"{number}=x")
    assert _format_of.cache_info().currsize <= 1024
