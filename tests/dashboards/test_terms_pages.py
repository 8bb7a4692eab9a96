"""Terms on the pages: what a claim offers, what a line stands on, what waits at the desk, and how either side changes it."""

from typing import Any

import pytest

from conduits.models import Conduit, Preference, Proffer, Terms
from conduits.terms import proffering
from conduits.terms.stances import accept_at_once, accepted_at_once, proposal
from parties.models import Company
from picos.models import Pico
from tests.dashboards.world import browser, read
from tests.factories import a_company, a_conduit, a_member, a_person, a_pico, a_product

pytestmark = pytest.mark.django_db


def a_thing(*accepts: str) -> Pico:
    """A copy of a company's that accepts these at once."""
    company = a_company("LAMO", "lamo")
    accept_at_once(company=company, names=accepts)
    return a_pico(a_product(company, name="Boot"))


def said_on(page: Any) -> str:
    return read(page).all("main")[0].text


def post(conduit: Conduit, what: str, **values: str) -> Any:
    return browser(conduit.owner).post(f"/conduits/{conduit.pk}/{what}", values, follow=True)


def at_desk(company: Company, role: str = "admin") -> Any:
    return browser(a_member(company, role).person)


def test_the_claim_page_says_the_usual_terms_and_takes_one_tap() -> None:
    pico, client = a_thing("SD-BASE-DP"), browser(a_person())
    page = client.get(f"/P/{pico.code}/claim")
    said = said_on(page)
    assert "Your terms: Service only, and my data can move." in said
    assert "has to agree first" not in said
    assert [one.text for one in read(page).all("button")] == ["It’s mine"]
    client.post(f"/P/{pico.code}/claim")
    assert Terms.objects.get().agreement == "SD-BASE-DP"


def test_the_claim_page_says_when_its_maker_has_to_agree_first() -> None:
    pico = a_thing()
    said = said_on(browser(a_person()).get(f"/P/{pico.code}/claim"))
    assert "LAMO has to agree first. Until it does, it sees nothing." in said


def test_other_terms_can_be_offered_with_the_claim() -> None:
    pico, person = a_thing("PDC-AI"), a_person()
    chosen = {"preferred": "PDC-AI", "alternative": ""}
    assert browser(person).post(f"/P/{pico.code}/claim", chosen).status_code == 302
    assert Terms.objects.get().agreement == "PDC-AI"


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({"preferred": "SD-NONE"}, "Choose one of those that are there."),
        (
            {"preferred": "SD-BASE", "alternative": "SD-BASE"},
            "This is what you would like best already. Choose another, or nothing else.",
        ),
    ],
)
def test_what_cannot_be_offered_is_said_beside_it_and_claims_nothing(chosen: dict[str, str], said: str) -> None:
    pico = a_thing()
    page = browser(a_person()).post(f"/P/{pico.code}/claim", chosen)
    assert page.status_code == 422
    assert said in said_on(page)
    assert not Conduit.objects.exists()


def test_a_line_that_waits_says_so_everywhere() -> None:
    conduit = a_conduit(pico=a_thing())
    client = browser(conduit.owner)
    assert "What you write for LAMO waits until you agree on terms." in said_on(client.get(f"/P/{conduit.pico.code}"))
    thing = said_on(client.get(f"/things/{conduit.pico.code}"))
    assert "LAMO has not agreed to your terms yet: it sees nothing." in thing
    companies = said_on(client.get("/companies"))
    assert "Boot · waits for terms" in companies
    assert "No terms are agreed. LAMO sees nothing." in companies
    terms = said_on(client.get(f"/conduits/{conduit.pk}/terms"))
    assert (
        "LAMO has not answered yet. You offered just now: service only, and my data can move, or service only." in terms
    )
    (notice,) = read(post(conduit, "pause")).notices
    assert notice == "The line to LAMO waits for its terms."


def test_what_is_ticked_while_it_waits_holds_once_terms_are_agreed() -> None:
    conduit = a_conduit(pico=a_thing())
    answer = browser(conduit.owner).post(f"/conduits/{conduit.pk}/grants", {"grants": ["scans"]}, follow=True)
    assert read(answer).notices == ["LAMO will see your scans."]
    proffering.accept(conduit=Conduit.objects.with_ends().get())
    assert Conduit.objects.get().grants == ["scans"]


def test_the_owner_reads_what_was_agreed_and_the_story_of_it() -> None:
    conduit = a_conduit(pico=a_thing("SD-BASE-DP", "SD-BASE"))
    post(conduit, "terms", preferred="SD-BASE", alternative="")
    post(conduit, "terms", preferred="SD-BASE", alternative="")
    post(conduit, "terms/withdraw")
    answer = post(conduit, "terms", preferred="SD-BASE-DP", alternative="")
    assert read(answer).notices == ["LAMO agreed: Service only, and my data can move."]
    page = read(browser(conduit.owner).get(f"/conduits/{conduit.pk}/terms"))
    steps = [one.text.split("just now ")[1].split(" Signed")[0] for one in page.all("li")]
    assert steps == [
        "You and LAMO agreed: service only, and my data can move.",
        "You withdrew.",
        "You and LAMO agreed anew: service only.",
        "You and LAMO changed your terms: service only.",
        "You and LAMO agreed: service only, and my data can move.",
    ]
    assert "It may use that to serve you with this product." in page.all("main")[0].text
    assert f"Its mark: {Terms.objects.latest('id').sha256[:16]}…" in page.all("li")[0].text


def test_terms_that_were_offered_later_wait_beside_those_that_hold() -> None:
    conduit = a_conduit(pico=a_thing("SD-BASE-DP"))
    answer = post(conduit, "terms", preferred="PDC-AI", alternative="")
    assert read(answer).notices == ["Your terms are offered. LAMO has to agree."]
    thing = said_on(browser(conduit.owner).get(f"/things/{conduit.pico.code}"))
    assert "LAMO has not answered yet to the others that you offered." in thing
    assert Conduit.objects.get().status == "open"


def test_what_the_terms_do_not_allow_cannot_be_ticked() -> None:
    conduit = a_conduit(pico=a_thing("SD-BASE"))
    post(conduit, "terms", preferred="SD-BASE", alternative="")
    page = read(browser(conduit.owner).get(f"/things/{conduit.pico.code}"))
    assert "private_entries" not in {one.attributes.get("value") for one in page.all("input", name="grants")}
    assert "even your private entries: not under these terms" in page.all("main")[0].text


def test_an_owner_says_once_what_they_offer() -> None:
    person = a_person()
    answer = browser(person).post("/you/terms", {"preferred": "SD-BASE", "alternative": ""}, follow=True)
    assert read(answer).notices == ["Saved. What is agreed already stays as it is."]
    assert str(Preference.objects.get(person=person)) == "SD-BASE"
    same = {"preferred": "SD-BASE", "alternative": "SD-BASE"}
    assert browser(person).post("/you/terms", same).status_code == 422


def test_the_desk_shows_what_waits_and_an_admin_answers() -> None:
    conduit = a_conduit(pico=a_thing())
    client, path = at_desk(conduit.company), "/desk/lamo/terms"
    page = read(client.get(path))
    assert [one.text for one in page.all("button")] == ["Accept SD-BASE-DP", "Accept SD-BASE", "Decline", "Save"]
    offered = {"proffer": str(Proffer.objects.get().pk)}
    answer = client.post(f"/desk/lamo/conduits/{conduit.pk}/terms/counter", offered, follow=True)
    assert read(answer).notices == ["You accepted the alternative."]
    assert Terms.objects.get().agreement == "SD-BASE"
    assert "Nobody waits." in said_on(client.get(path))


@pytest.mark.parametrize("proffer", ["", "nonsense", "01a2029c-3448-72cd-bfbd-3a7bb0e49fa7"])
def test_an_answer_to_something_else_agrees_to_nothing(proffer: str) -> None:
    conduit = a_conduit(pico=a_thing())
    path = f"/desk/lamo/conduits/{conduit.pk}/terms/accept"
    answer = at_desk(conduit.company).post(path, {"proffer": proffer}, follow=True)
    assert read(answer).notices == ["This offer has changed or gone meanwhile. Nothing was agreed."]
    assert not Terms.objects.exists()


def test_an_admin_says_what_is_accepted_at_once_and_others_read_it() -> None:
    company = a_thing("SD-BASE").product.company  # type: ignore[union-attr]
    answer = at_desk(company).post("/desk/lamo/terms", {"accepts": ["PDC-AI", "SD-BASE-DP"]}, follow=True)
    assert "From now on these are accepted at once." in read(answer).notices[0]
    assert accepted_at_once(company) == ["PDC-AI", "SD-BASE-DP"]
    viewer = at_desk(company, "viewer")
    said = said_on(viewer.get("/desk/lamo/terms"))
    assert "Service, and training of software (PDC-AI) Service only, and my data can move (SD-BASE-DP)" in said
    assert viewer.post("/desk/lamo/terms", {"accepts": []}).status_code == 403
    wrong = at_desk(company).post("/desk/lamo/terms", {"accepts": ["SD-NONE"]})
    assert [wrong.status_code, accepted_at_once(company)] == [422, ["PDC-AI", "SD-BASE-DP"]]


def test_the_conversation_says_what_is_offered_and_why_it_is_shut() -> None:
    conduit = a_conduit(pico=a_thing("SD-BASE-DP"))
    client, path = at_desk(conduit.company), f"/desk/lamo/conduits/{conduit.pk}"
    proffering.proffer(conduit=conduit, proposal=proposal("PDC-AI", "PDC-GOOD"))
    assert "Its owner offers PDC-AI or PDC-GOOD." in said_on(client.get(path))
    proffering.withdraw(conduit=conduit, by="person")
    assert "No terms are agreed, so nothing can be read or sent." in said_on(client.get(path))


def test_the_log_s_page_says_that_all_of_it_was_checked() -> None:
    conduit = a_conduit(pico=a_thing("SD-BASE-DP"))
    at_desk(conduit.company).get(f"/desk/lamo/conduits/{conduit.pk}")
    said = said_on(browser(conduit.owner).get(f"/conduits/{conduit.pk}/log"))
    assert "All 1 line were checked just now: none was changed or taken out." in said
