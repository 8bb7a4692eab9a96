"""Celery's doors to the verbs of this floor."""

from celery import shared_task

from conduits.advisories import publishing as advisories
from conduits.advisories import telling
from conduits.connectors import looking
from conduits.delivery import draining as delivery
from conduits.delivery import warnings
from conduits.mail import addresses, waiting
from conduits.passes import making
from conduits.reaching import draining as reaching
from conduits.reaching import forgetting, handing_out

# How long the sender keeps its connections when nothing is left to send (seconds). When all ends, it is waited for.
SENDER_STAYS = 0.5


@shared_task(name="conduits.send_deliveries")
def send_deliveries() -> None:
    """Sends what is due until nothing was for a while."""
    delivery.drain_all(stays=SENDER_STAYS)


@shared_task(name="conduits.mail_warnings")
def mail_warnings() -> None:
    """Mails the warnings that are due."""
    while warnings.mail_due():
        pass


@shared_task(name="conduits.look_at_connectors")
def look_at_connectors() -> None:
    """Looks for answers where connectors' systems do not tell us."""
    looking.look_due()


@shared_task(name="conduits.tell_owners")
def tell_owners() -> None:
    """Tells the next owners of each advisory whose turn it is."""
    telling.tell_due()


@shared_task(name="conduits.rest_advisories")
def rest_advisories() -> None:
    """Lets scans look for nothing where all that stood has run out."""
    advisories.rest()


@shared_task(name="conduits.hand_out_notices")
def hand_out_notices() -> None:
    """Puts the notices that are due on the ways of their people."""
    while handing_out.hand_out_due():
        pass


@shared_task(name="conduits.reach_people")
def reach_people() -> None:
    """Sends what is due on people's ways until nothing is."""
    reaching.reach_all()


@shared_task(name="conduits.forget_dispatches")
def forget_dispatches() -> None:
    """Forgets what was sent a good while ago."""
    forgetting.forget_old()


@shared_task(name="conduits.tell_members")
def tell_members() -> None:
    """Mails the members who asked for it about customers who wait."""
    while waiting.tell_due():
        pass


@shared_task(name="conduits.forget_addresses")
def forget_addresses() -> None:
    """Deletes addresses for answers that have expired."""
    addresses.forget_expired()


@shared_task(name="conduits.erase_passes")
def erase_passes() -> None:
    """Erases what was shown in a call, once its time has passed."""
    making.erase_due()
