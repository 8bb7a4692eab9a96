"""What both scenes need of the customer: a browser that is signed in, and a thing that is theirs."""

import time
from pathlib import Path

from demo.story.browser import Browser
from demo.story.mailbox import mailed_code
from demo.story.pages import Page
from demo.story.steps import Steps

PHONE = "A customer's phone"


async def sign_in_with_mailed_code(steps: Steps, phone: Browser, page: Page, *, address: str, mail: Path) -> Page:
    """From the sign-in page, by a code read from the mail, to the page that was wanted first."""
    with steps.step("asks for a sign-in code by mail"):
        asked = time.time()
        page = await phone.send(page.form("email"), email=address)
        form = page.shows("Look into your mail").form("code")
    with steps.step("reads the code in the mail"):
        code = await mailed_code(mail, address, since=asked)
    with steps.step("types it, and is signed in"):
        return await phone.send(form, code=code)


async def claim(phone: Browser, page: Page, *, maker: str) -> Page:
    """From the claim page, which says what the company will see, to the page of one's own thing."""
    page.shows(f"{maker} will see")
    page = await phone.send(page.form("csrfmiddlewaretoken", action="/claim"))
    return page.shows(f"Tell {maker} how it is going")
