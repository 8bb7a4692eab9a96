"""What the terminal shows at the start."""

import io
import re
from pathlib import Path

import pytest
import time_machine
import zxingcpp
from PIL import Image
from pytest_django import Settings

from demo.welcome import print_welcome
from picos.models import Pico

BLOCKS = "█▀▄\N{NO-BREAK SPACE}"
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def welcome(stream: io.StringIO | None = None) -> str:
    stream = stream or io.StringIO()
    print_welcome(stream)
    return stream.getvalue()


def scan(printed: str) -> list[str]:
    """The terminal's picture as a phone sees it: two pixels a character, light on dark."""
    drawn = [line for line in COLOUR.sub("", printed).splitlines() if line and not line.strip(BLOCKS + " ")]
    width = max(map(len, drawn))
    halves = [(line.ljust(width), lit) for line in drawn for lit in ("█▀", "█▄")]
    pixels = bytes(255 * (character in lit) for line, lit in halves for character in line)
    image = Image.frombytes("L", (width, 2 * len(drawn)), pixels).resize(
        (6 * width, 12 * len(drawn)), Image.Resampling.BOX
    )
    return [found.text for found in zxingcpp.read_barcodes(image)]


@pytest.mark.parametrize("url", ["http://localhost:8000", "http://192.168.178.123:8000"])
def test_it_fits_eighty_columns_and_both_codes_can_be_scanned(seeded: Path, settings: Settings, url: str) -> None:
    settings.PUBLIC_URL = url
    unclaimed, anns = (Pico.objects.get(serial=serial) for serial in ("LM-2026-000002", "CM3-000001"))

    printed = welcome()

    assert max(map(len, printed.splitlines())) <= 80
    assert sorted(scan(printed)) == sorted(f"{url}/P/{pico.code}".upper() for pico in (unclaimed, anns))


def test_codes_of_a_long_address_stand_one_above_the_other(seeded: Path, settings: Settings) -> None:
    settings.PUBLIC_URL = "https://things.a-rather-long-name.example"

    printed = welcome()

    assert len(scan(printed)) == 2
    assert max(map(len, COLOUR.sub("", printed).splitlines())) <= 80 + len(settings.PUBLIC_URL)


def test_a_terminal_of_any_colours_shows_them_light_on_dark(seeded: Path, settings: Settings) -> None:
    settings.PUBLIC_URL = "http://localhost:8000"

    with time_machine.travel("2026-05-01T12:00:00Z", tick=False):
        printed, plain = welcome(Terminal()), welcome()

    assert COLOUR.sub("", printed) == plain
    assert len(scan(printed)) == 2
    first = next(line for line in printed.splitlines() if "█" in line)
    assert first.count("\x1b[38;5;231;48;5;16m") == first.count("\x1b[0m") == 2


def test_it_names_the_people_and_where_the_mail_lies(seeded: Path, settings: Settings) -> None:
    printed = welcome()

    assert re.findall(r"^(\w+), (?:a|answers).*:$", printed, re.MULTILINE) == ["Ann", "Ben", "Cleo"]
    assert len(re.findall(r"^http://pico\.test/demo/sign-in/\S+$", printed, re.MULTILINE)) == 3
    assert "Mail leaves nowhere; it lies in " in printed


def test_only_a_server_that_nobody_else_reaches_tells_how_to_be_reached(seeded: Path, settings: Settings) -> None:
    assert "HOST=0.0.0.0" not in welcome()

    settings.PUBLIC_URL = "http://localhost:8000"

    assert re.search(r"^HOST=0\.0\.0\.0 PUBLIC_URL=http://\S+:8000 make up$", welcome(), re.MULTILINE)


def test_a_database_with_other_companies_gets_the_links_alone(db: None, data_dir: Path) -> None:
    printed = welcome()

    assert "█" not in printed
    assert printed.count("/demo/sign-in/") == 3
