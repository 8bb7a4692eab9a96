"""Scene 2: a modem is scanned, and the call centre answers on the page that is still open, in time."""

import secrets
import time

from demo.cast import HARBOUR
from demo.credentials import Credentials
from demo.story.browser import Browser
from demo.story.companies import CallCentreRecords, CompanyProgram
from demo.story.customer import claim
from demo.story.steps import MissedError, Steps, milliseconds_since

SCENE = "The cable modem"
ANSWER = "There is an outage"
# What the answer alone says: an advisory about the same outage may stand on the page before.
TIME = "Back by about"
FIGURE = "scan_to_answer_ms"
SCANNER = "The customer's other phone"


async def play(
    steps: Steps,
    *,
    base: str,
    phone: Browser,
    credentials: Credentials,
    centre: CallCentreRecords,
    answer_within: float,
) -> None:
    """With the customer's phone, which is signed in. Raises MissedError at the first step that is not seen.

    `answer_within`: seconds from the scan to the answer on the open page.
    """
    steps.begin(SCENE)
    with steps.step(f"{HARBOUR.name} mints modems; one is installed in a street that has an outage now"):
        code = await _installed_modem(base, credentials, centre)
    with steps.step("the customer claims it"):
        page = await claim(phone, await phone.open(f"/P/{code}/claim"), maker=HARBOUR.name)
    async with phone.kept_live(page) as open_page:
        with steps.step("scans it; the call centre is told, looks for outages, and its answer is on the open page"):
            started = time.monotonic()
            scanned = await phone.json(f"/P/{code}", device=SCANNER)
            if scanned["you"] != "owner" or not scanned["scan"]:
                raise MissedError(f"the scan was answered with {scanned}")
            fragment = await open_page.comes_to_show(TIME, within=answer_within + 15)
            took = milliseconds_since(started)
            steps.figures[FIGURE] = took
            fragment.shows(HARBOUR.name, ANSWER)
            if took >= answer_within * 1000:
                raise MissedError(f"that took {took} ms; it must take less than {answer_within * 1000:g}")
    with steps.step("without JavaScript, a reload shows it too"):
        (await phone.open(f"/P/{code}?stay")).shows(ANSWER, TIME)
    with steps.step("the call centre's webhook was genuine, and came once"):
        await centre.hears(code, "pico.scanned")
        if (scans := await centre.count(code, "pico.scanned")) != 1:
            raise MissedError(f"it came {scans} times")


async def _installed_modem(base: str, credentials: Credentials, centre: CallCentreRecords) -> str:
    """Of three modems with consecutive serials at least one stands where the cable is cut."""
    first = secrets.randbelow(10**9)
    serials = [f"{HARBOUR.serial}S{number:010}" for number in range(first, first + 3)]
    async with CompanyProgram(base, credentials) as program:
        picos = await program.mints(HARBOUR.sku, serials)
    for pico in picos:
        if (await centre.modem(pico["serial"]))["outage"]:
            return str(pico["code"])
    raise MissedError("none of the modems stands in a street that has an outage")
