"""Scene 1: a moccasin is claimed, its sole comes off, its maker answers, and later it is lost and found."""

import asyncio
import io
import secrets
from pathlib import Path

from PIL import Image, ImageDraw

from demo.cast import BEN, LAMO
from demo.credentials import Credentials
from demo.sign_in import sign_in_link
from demo.story.browser import Browser
from demo.story.companies import CallCentreRecords, CompanyProgram
from demo.story.customer import claim, sign_in_with_mailed_code
from demo.story.pages import Page
from demo.story.steps import MissedError, Steps

SCENE = "The moccasin"
BODY = "The sole of the left one came off."
ANSWER = "We are sorry. The sole has a new maker since May; a new pair is on its way to you."
LOST = "Left it on the 47 bus. If found, please leave a message here."
TELEPHONE = "555-0100"
FOUND = "It lies at the ticket office in the bus station."
THANKS = "Thank you! I will fetch it tomorrow."
JPEG = b"\xff\xd8\xff"


async def play(
    steps: Steps,
    *,
    base: str,
    phone: Browser,
    address: str,
    mail: Path,
    credentials: Credentials,
    centre: CallCentreRecords,
) -> None:
    """Raises MissedError at the first step that is not seen. Afterwards `phone` is signed in."""
    steps.begin(SCENE)
    code = await _mint(steps, base, credentials)
    await _scan(steps, phone, code)
    await _claim(steps, phone, code, address, mail)
    await _make_rule(steps, phone)
    await _write_and_be_answered(steps, base, phone, code, centre)
    await _lose_and_find(steps, base, phone, code, address)


async def _mint(steps: Steps, base: str, credentials: Credentials) -> str:
    with steps.step(f"{LAMO.name} mints a moccasin"):
        async with CompanyProgram(base, credentials) as program:
            (pico,) = await program.mints(LAMO.sku, [f"{LAMO.serial}S{secrets.token_hex(4)}"])
    return str(pico["code"])


async def _scan(steps: Steps, phone: Browser, code: str) -> None:
    with steps.step("a customer scans its code"):
        (await phone.open(f"/P/{code}")).shows(LAMO.product, f"by {LAMO.name}", "Is this one yours?")
    with steps.step("a program reads the same; the reload counts as the same scan"):
        first, second = await phone.json(f"/P/{code.lower()}"), await phone.json(f"/P/{code}")
        if first["you"] != "anonymous" or not first["scan"] or first["scan"] != second["scan"]:
            raise MissedError(f"the answers were {first} and {second}")


async def _claim(steps: Steps, phone: Browser, code: str, address: str, mail: Path) -> None:
    with steps.step("says that it is theirs, and is asked to sign in"):
        page = (await phone.open(f"/P/{code}/claim")).shows("Sign in")
    page = await sign_in_with_mailed_code(steps, phone, page, address=address, mail=mail)
    with steps.step("claims it; a conduit opens"):
        await claim(phone, page, maker=LAMO.name)


async def _make_rule(steps: Steps, phone: Browser) -> None:
    with steps.step("takes the rule “Tell them I wrote” from the gallery"):
        gallery = await phone.open((await phone.open("/rules")).link("/rules/new"))
        chosen = await phone.open(gallery.link("/tell_them_i_wrote"))
        (await phone.send(chosen.form(), do="save")).shows("IF I write in the journal", "THEN tell its maker")


async def _write_and_be_answered(steps: Steps, base: str, phone: Browser, code: str, centre: CallCentreRecords) -> None:
    with steps.step("writes in the journal, with a photo"):
        page = await phone.open(f"/P/{code}?stay")
        form = page.form("body", "visibility", action="/journal")
        page = await phone.send(form, photos={"sole.jpg": _photo()}, body=BODY, visibility="shared", allow_photos="on")
        page.shows(BODY)
        await _see_photo(phone, page)
    with steps.step(f"{LAMO.name} is told of the entry, and gets the note of the rule"):
        await centre.hears(code, "journal.entry_added", "conduit.note")
    async with phone.kept_live(page) as open_page, Browser(base, "Ben's desk") as desk:
        with steps.step(f"{BEN.name} finds it in the inbox, with the photo"):
            conversation = await _find_in_inbox(desk, code)
            await _see_photo(desk, conversation.shows(BODY))
        with steps.step(f"{BEN.name} answers, and the customer's open page shows it"):
            sent = desk.send(conversation.form("body"), body=ANSWER)
            _, fragment = await asyncio.gather(sent, open_page.comes_to_show(ANSWER, within=10))
            fragment.shows(LAMO.name)


async def _lose_and_find(steps: Steps, base: str, phone: Browser, code: str, address: str) -> None:
    with steps.step("months later: reports it lost"):
        form = (await phone.open(f"/things/{code}")).form("message", "contact", action="/lost")
        (await phone.send(form, message=LOST, contact=TELEPHONE)).shows("Reported lost")
    async with Browser(base, "A finder's phone") as finder:
        with steps.step("a finder scans it and reads the message, and no telephone number"):
            page = (await finder.open(f"/P/{code}")).shows(LOST).hides(TELEPHONE, address)
        with steps.step("the finder leaves a message"):
            theirs = await finder.send(page.form("message", action="/found"), message=FOUND, contact="")
            theirs.shows(FOUND)
            if "/found/" not in theirs.url:
                raise MissedError(f"the finder was led to {theirs.url}")
        with steps.step("the owner reads it, and no address, and answers"):
            mine = (await phone.open(f"/things/{code}")).shows(FOUND).hides("127.0.0.1", "::1")
            await phone.send(mine.form("body", action="/finders/"), body=THANKS)
        with steps.step("the finder reads the answer, and no name or address"):
            (await finder.open(theirs.url)).shows(FOUND, THANKS).hides(TELEPHONE, address)
    with steps.step("the owner has it back; the page no longer says that it is lost"):
        mine = await phone.open(f"/things/{code}")
        await phone.send(mine.form(action="/recovered"))
        async with Browser(base, "A passer-by") as passer_by:
            (await passer_by.open(f"/P/{code}")).shows("This one belongs to somebody.").hides(LOST)


async def _find_in_inbox(desk: Browser, code: str) -> Page:
    """The link from the terminal leads to the inbox; the search there tells this entry from others that wait."""
    (await desk.open(sign_in_link(BEN))).shows("Inbox", BODY)
    found = await desk.open(f"/desk/{LAMO.slug}?q={code}")
    return await desk.open(found.link("/conduits/"))


async def _see_photo(browser: Browser, page: Page) -> None:
    photo = next((image for image in page.images if "/photos/" in image), None)
    if photo is None:
        raise MissedError(f"there is no photo on {page.url}")
    if not (await browser.loads(photo)).startswith(JPEG):
        raise MissedError(f"{photo} is no JPEG")


def _photo() -> bytes:
    """A brown sole, torn off."""
    image = Image.new("RGB", (1200, 900), "#d9cbb8")
    draw = ImageDraw.Draw(image)
    draw.ellipse((180, 320, 1020, 640), fill="#6b4a2f")
    draw.polygon([(620, 600), (1060, 700), (1040, 800), (600, 690)], fill="#2f2a26")
    out = io.BytesIO()
    image.save(out, "JPEG")
    return out.getvalue()
