#!/usr/bin/env python3
"""Takes the pictures of the documentation from a running `make up`.

Run it with the environment of that `make up`, as it reads the same data folder: .venv/bin/python docs/pictures/take.py
It needs a Chromium (CHROMIUM names another than /usr/bin/chromium), and the demo as it was seeded.
"""

import io
import os
import sys
from pathlib import Path
from typing import Final

import django
from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

HERE: Final = Path(__file__).resolve().parent
PHONE: Final[ViewportSize] = {"width": 390, "height": 844}
DESK: Final[ViewportSize] = {"width": 1280, "height": 800}
# The most that a picture may weigh (bytes): the README loads all of them.
HEAVIEST: Final = 150_000
ANSWER: Final = "We are sorry. The sole has a new maker since May; a new pair is on its way to you."

sys.path.insert(0, str(HERE.parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from demo.cast import ANN, BEN, HARBOUR, LAMO, Firm, Player  # noqa: E402 (settings come first)
from demo.sign_in import sign_in_link  # noqa: E402
from picos.models import Pico  # noqa: E402


def main() -> None:
    """Three pictures: the scanned modem answers, the desk before it answers the moccasin's owner, her page after it."""
    modem, moccasin = anns(HARBOUR), anns(LAMO)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"))
        scan = signed_in(chromium, ANN, PHONE, to=modem.url_path)
        scan.locator(".eta").wait_for()
        keep(scan, "scan")

        thing = signed_in(chromium, ANN, PHONE, to=f"/things/{moccasin.code}")
        send(thing, "The sole of the left one came off.")

        desk = signed_in(chromium, BEN, DESK, to=f"/desk/{LAMO.slug}")
        desk.locator(".inbox a").first.click()
        desk.wait_for_load_state("networkidle")
        keep(desk, "desk")
        send(desk, ANSWER)

        thing.get_by_text(ANSWER).wait_for()
        keep(thing, "thing")
        chromium.close()


def send(page: Page, words: str) -> None:
    """Writes in the journal, from either end."""
    page.locator("textarea[name=body]").fill(words)
    page.get_by_role("button", name="Send").click()
    page.locator("#live").get_by_text(words).first.wait_for()
    page.evaluate("scrollTo(0, 0)")


def anns(firm: Firm) -> Pico:
    """The copy of the firm's product that the demo's customer owns from the start."""
    return Pico.objects.filter(product__company__slug=firm.slug, owner__email=ANN.email).order_by("serial")[0]


def signed_in(chromium: Browser, player: Player, size: ViewportSize, *, to: str) -> Page:
    """A page of this player's, at `to`, in a browser of their own."""
    page = chromium.new_page(viewport=size, device_scale_factor=2, locale="en-GB")
    page.goto(sign_in_link(player, to=to))
    return page


def keep(page: Page, name: str) -> None:
    """Keeps what is in view, in 256 colours: text stays sharp, and the file small."""
    picture = Image.open(io.BytesIO(page.screenshot(animations="disabled")))
    small = picture.convert("RGB").quantize(256, dither=Image.Dither.NONE)
    path = HERE / f"{name}.png"
    small.save(path, optimize=True)
    if path.stat().st_size > HEAVIEST:
        sys.exit(f"{path} weighs {path.stat().st_size} bytes; at most {HEAVIEST} are wanted.")


if __name__ == "__main__":
    main()
