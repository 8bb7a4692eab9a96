"""Making a thing one's own: what is asked, what the company will see, PINs, and who comes too late."""

from typing import Any

import pytest

from conduits.models import Conduit
from conduits.opening import claim_and_open
from parties.models import Person
from picos import minting
from picos.models import Pico
from picos.pins import pin_of
from tests.dashboards.world import browser, read, written
from tests.factories import a_company, a_person, a_pico, a_product, picos

pytestmark = pytest.mark.django_db

WRONG = "This PIN is not the one that came with it. 4 more tries."
LOCKED = "Claiming this is locked after 5 wrong PINs. Its maker can help."


def a_pico_with_pin() -> tuple[Pico, str, str]:
    """A pico, its PIN, and one that is not."""
    pico = picos(1, a_product(claim_policy="pin"))[0]
    assert pico.batch
    pin = pin_of(pico.batch, pico.code)
    return pico, pin, f"{(int(pin) + 1) % 10**6:06}"


def claim(person: Person, pico: Pico, **values: str) -> Any:
    return browser(person).post(f"/P/{pico.code}/claim", values)


def test_the_page_says_what_the_company_will_see_and_what_not() -> None:
    pico = a_pico(a_product(a_company("LAMO"), name="Boot"))
    page = read(browser(a_person()).get(f"/P/{pico.code}/claim"))
    said = page.all("main")[0].text
    assert page.heading == "Boot"
    assert "LAMO will see your scans what you share in the journal notes that your rules send and nothing else" in said
    assert [one.text for one in page.all("button")] == ["It’s mine"]
    assert not page.all("input", name="pin")


def test_a_claim_makes_it_theirs_and_opens_the_conduit() -> None:
    pico, ann = a_pico(), a_person("Ann")
    answer = claim(ann, pico)
    assert (answer.status_code, answer["Location"]) == (302, f"/P/{pico.code}?stay")
    conduit = Conduit.objects.get()
    assert (conduit.owner, conduit.pico, conduit.grants) == (ann, pico, ["scans", "entries", "notes"])


def test_after_the_claim_the_page_says_whose_it_is() -> None:
    pico, client = a_pico(a_product(a_company("LAMO"))), browser(a_person("Ann"))
    said = read(client.post(f"/P/{pico.code}/claim", follow=True)).all("main")[0].text
    assert "It is yours now, and the line to LAMO is open." in said
    assert "Yours · by LAMO" in said
    assert "Yours ·" not in read(browser(a_person()).get(f"/P/{pico.code}")).all("main")[0].text


def test_a_code_in_any_case_is_claimed() -> None:
    pico, ann = a_pico(), a_person()
    answer = browser(ann).post(f"/p/{pico.code.lower()}/claim")
    assert answer["Location"] == f"/P/{pico.code}?stay"
    assert Pico.objects.get().owner == ann


def test_looking_at_the_page_claims_nothing() -> None:
    pico, client = a_pico(), browser(a_person())
    before = written()
    client.get(f"/P/{pico.code}/claim")
    client.head(f"/P/{pico.code}/claim")
    assert written() == before


def test_who_is_new_is_asked_for_a_name_and_may_keep_it() -> None:
    pico, nameless = a_pico(), a_person("")
    page = read(browser(nameless).get(f"/P/{pico.code}/claim"))
    assert [one.text for one in page.all("label", for_="id_name")] == ["What you are called · if you like"]
    assert claim(nameless, pico, name="").status_code == 302
    assert Person.objects.get(pk=nameless.pk).name == ""


def test_the_name_that_is_given_with_a_claim_is_the_person_s() -> None:
    pico, nameless = a_pico(), a_person("")
    claim(nameless, pico, name=" Mara ")
    assert Person.objects.get(pk=nameless.pk).name == "Mara"


def test_who_has_a_name_keeps_it() -> None:
    pico, ann = a_pico(), a_person("Ann")
    assert not read(browser(ann).get(f"/P/{pico.code}/claim")).all("input", name="name")
    claim(ann, pico, name="Mallory")
    assert Person.objects.get(pk=ann.pk).name == "Ann"


def test_a_name_that_is_too_long_claims_nothing_and_is_kept_in_its_field() -> None:
    pico, nameless = a_pico(), a_person("")
    answer = claim(nameless, pico, name="x" * 101)
    page = read(answer)
    assert (answer.status_code, list(page.errors)) == (422, ["name"])
    assert page.all("input", name="name")[0].attributes["value"] == "x" * 101
    assert not Conduit.objects.exists()


def test_a_pin_is_asked_for_where_the_product_takes_one() -> None:
    pico, pin, _ = a_pico_with_pin()
    ann = a_person()
    page = read(browser(ann).get(f"/P/{pico.code}/claim"))
    assert [one.text for one in page.all("label", for_="id_pin")] == ["The PIN that came with it"]
    assert claim(ann, pico, pin=f" {pin} ").status_code == 302
    assert Pico.objects.get(pk=pico.pk).owner == ann


@pytest.mark.parametrize(
    ("pin", "error", "tries"),
    [
        ("wrong", WRONG, 1),
        (" ", "Claiming this takes the PIN that came with it.", 0),
        ("x" * 21, "At most 20 letters fit in; this has 21.", 0),
        ("12\x0034", "There is a character in it that cannot be kept.", 0),
        ("１２３４５６", "A PIN has 6 figures.", 0),
    ],
)
def test_a_wrong_pin_is_said_beside_its_field(pin: str, error: str, tries: int) -> None:
    pico, _, wrong = a_pico_with_pin()
    answer = claim(a_person(), pico, pin=wrong if pin == "wrong" else pin)
    assert (answer.status_code, read(answer).errors) == (422, {"pin": [error]})
    assert not Conduit.objects.exists()
    assert Pico.objects.get(pk=pico.pk).pin_tries == tries


def test_after_five_wrong_pins_the_right_one_opens_nothing() -> None:
    pico, pin, wrong = a_pico_with_pin()
    for _ in range(5):
        assert claim(a_person(), pico, pin=wrong).status_code == 422
    answer = claim(a_person(), pico, pin=pin)
    assert (answer.status_code, read(answer).errors) == (422, {"": [LOCKED]})
    assert not Conduit.objects.exists()


def test_a_pin_where_none_is_needed_does_no_harm() -> None:
    pico = a_pico()
    assert claim(a_person(), pico, pin="123456").status_code == 302
    assert Conduit.objects.count() == 1


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("status", ["claimed", "retired"])
def test_what_cannot_be_claimed_leads_to_its_page(status: str, method: str) -> None:
    pico, ben = a_pico(), a_person("Ben")
    if status == "claimed":
        claim_and_open(pico=pico, person=a_person("Ann"))
    else:
        Pico.objects.update(status=status)
    client = browser(ben)
    before = written()
    answer = getattr(client, method)(f"/P/{pico.code}/claim")
    assert (answer.status_code, answer["Location"]) == (302, f"/P/{pico.code}?stay")
    assert written() == before


def test_who_is_a_moment_too_late_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    pico = a_pico()
    stale = Pico.objects.with_product().get()
    claim_and_open(pico=pico, person=a_person("Ann"))
    monkeypatch.setattr("dashboards.claiming.find_pico", lambda code: stale)
    answer = claim(a_person("Ben"), pico)
    assert (answer.status_code, read(answer).errors) == (422, {"": ["Somebody claimed it a moment ago."]})
    assert Conduit.objects.count() == 1


def test_two_batches_of_a_product_that_began_to_take_pins_keep_their_own_rule() -> None:
    product = a_product()
    (free,) = picos(1, product)
    product.claim_policy = "pin"
    batch = minting.order_batch(product=product, count=1)
    minting.mint(batch.pk)
    assert claim(a_person(), free).status_code == 302
    assert claim(a_person(), Pico.objects.get(batch=batch)).status_code == 422
