"""Both scenes, one after the other, by one customer who is new each time, so that the story can be told again."""

import asyncio
import secrets
from pathlib import Path

import aiohttp

from demo.cast import HARBOUR, LAMO
from demo.credentials import Credentials
from demo.story import moccasin, modem
from demo.story.browser import Browser
from demo.story.companies import CallCentreRecords
from demo.story.customer import PHONE
from demo.story.steps import MissedError, Steps


async def play(
    steps: Steps,
    *,
    base: str,
    callcentre_port: int,
    mail: Path,
    credentials: dict[str, Credentials],
    within: float,
    answer_within: float,
) -> bool:
    """Whether every step was seen, within these seconds for all and for the answer; `steps` has the details."""
    address = f"story-{secrets.token_hex(6)}@customer.example"
    try:
        async with (
            asyncio.timeout(within),
            Browser(base, PHONE) as phone,
            CallCentreRecords(callcentre_port) as centre,
        ):
            await moccasin.play(
                steps,
                base=base,
                phone=phone,
                address=address,
                mail=mail,
                credentials=credentials[LAMO.slug],
                centre=centre,
            )
            await modem.play(
                steps,
                base=base,
                phone=phone,
                credentials=credentials[HARBOUR.slug],
                centre=centre,
                answer_within=answer_within,
            )
    except TimeoutError:
        steps.miss(f"the whole story took longer than {within:g} s, or one answer too long")
    except aiohttp.ClientConnectorError as error:
        steps.miss(f"nothing answers at {error.host}:{error.port}; is `make up` running?")
    except (MissedError, aiohttp.ClientError) as error:
        steps.miss(str(error) or type(error).__name__)
    return not steps.missed
