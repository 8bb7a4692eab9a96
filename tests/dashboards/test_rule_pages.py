"""Rules as sentences with switches: a person's and, at the desk, a company's."""

from typing import Any

import pytest

from conduits.models import Delivery
from conduits.steering import pause
from picos.scanning import record_scan
from rules import gallery
from rules.engine.draining import drain
from rules.gallery import templates
from rules.models import Listener, Rule, Run
from rules.subscriptions import remove_endpoint
from rules.writing import current_version
from tests.dashboards.markup import Markup
from tests.dashboards.world import an_entry, browser, everything, read
from tests.factories import a_company, a_conduit, a_member, a_person, a_product, a_rule, an_endpoint

pytestmark = pytest.mark.django_db

NOT_THERE = "01a2003a-f905-7606-b046-77084bc8746c"
CHOOSE = {"product": "Choose a product.", "endpoint": "Choose where to send it."}


def sentences(page: Markup) -> list[str]:
    return [one.text for one in page.all("p", class_="rule")]


def switches(page: Markup) -> dict[str, str]:
    return {one.attributes["aria-label"]: one.attributes["aria-checked"] for one in page.all("button", role="switch")}


def test_a_person_takes_a_ready_made_rule_and_reads_it_as_a_sentence() -> None:
    person = a_person()
    client = browser(person)
    page = read(client.get("/rules"))
    assert "No rules yet. Begin with a ready-made one." in page.all("main")[0].text
    assert "/rules/new/tell_them_i_wrote" in {
        one.attributes["href"] for one in read(client.get("/rules/new")).all("a") if "href" in one.attributes
    }
    answer = client.post("/rules/new/tell_them_i_wrote", {"do": "save"}, follow=True)
    page = read(answer)
    assert (answer.redirect_chain, page.notices) == ([("/rules", 302)], ["The rule is at work."])
    (sentence,) = sentences(page)
    assert sentence == gallery.templates()["tell_them_i_wrote"].SENTENCE
    assert switches(page) == {"Tell them I wrote": "true"}


def test_a_ready_made_rule_that_is_on_already_is_not_taken_twice() -> None:
    person = a_person()
    client = browser(person)
    for said in ("The rule is at work.", "The rule “Tell them I wrote” is on already. Nothing was changed."):
        assert read(client.post("/rules/new/tell_them_i_wrote", {"do": "save"}, follow=True)).notices == [said]
        assert Rule.objects.count() == 1
    client.post(f"/rules/{Rule.objects.get().pk}/disable")
    page = read(client.post("/rules/new/tell_them_i_wrote", {"do": "save"}, follow=True))
    assert (page.notices, switches(page)) == (["The rule is at work."], {"Tell them I wrote": "true"})
    browser(a_person("Ben")).post("/rules/new/tell_them_i_wrote", {"do": "save"})
    assert Rule.objects.count() == 2


def test_a_taken_rule_works() -> None:
    conduit = a_conduit(a_person("Ann"))
    browser(conduit.owner).post("/rules/new/tell_them_i_wrote", {"do": "save"})
    drain()
    an_entry(conduit)
    drain()
    assert Run.objects.get(outcome="fired").actions[0]["detail"] == "LAMO Footwear was told."


def test_a_rule_is_switched_off_and_on() -> None:
    person = a_person()
    rule, client = a_rule(person, name="Tell me"), browser(person)
    for verb, checked, triggers in (("disable", "false", 0), ("enable", "true", 1), ("enable", "true", 1)):
        answer = client.post(f"/rules/{rule.pk}/{verb}", follow=True)
        assert answer.redirect_chain == [("/rules", 302)]
        assert switches(read(answer)) == {"Tell me": checked}
        assert Listener.objects.count() == triggers


def test_a_rule_that_the_engine_paused_says_so_and_is_switched_on_again() -> None:
    person = a_person()
    rule, client = a_rule(person, name="Tell me"), browser(person)
    client.post(f"/rules/{rule.pk}/disable")
    Rule.objects.update(status="paused")
    page = read(client.get("/rules"))
    assert "Tell me · paused: it ran in a circle" in page.all("main")[0].text
    assert switches(read(client.post(f"/rules/{rule.pk}/enable", follow=True))) == {"Tell me": "true"}


def test_a_deleted_rule_is_gone_and_what_it_did_stays() -> None:
    person = a_person()
    rule, client = a_rule(person, name="Tell me"), browser(person)
    (asked,) = [one for one in read(client.get("/rules")).all("button") if one.text == "Delete it for good"]
    assert asked.inside("details")
    page = read(client.post(f"/rules/{rule.pk}/delete", follow=True))
    assert (sentences(page), page.notices) == ([], ["The rule “Tell me” is deleted. It does nothing any more."])
    assert Rule.objects.get().deleted_at is not None
    for verb in ("enable", "disable", "delete"):
        assert client.post(f"/rules/{rule.pk}/{verb}").status_code == 404


def test_a_rule_of_things_that_are_no_longer_one_s_own_cannot_be_switched_on() -> None:
    conduit = a_conduit()
    rule = a_rule(conduit.owner, on={"picos": [conduit.pico.code]})
    client = browser(conduit.owner)
    client.post(f"/rules/{rule.pk}/disable")
    conduit.pico.owner = a_person()
    conduit.pico.save(update_fields=["owner"])
    (notice,) = read(client.post(f"/rules/{rule.pk}/enable", follow=True)).notices
    assert notice.startswith("It cannot work any more: ")
    assert (Rule.objects.get().status, Listener.objects.count()) == ("disabled", 0)


def test_what_a_rule_did_is_told_with_its_reasons() -> None:
    conduit = a_conduit()
    lost = {"field": "pico.status", "op": "is", "value": "lost"}
    a_rule(conduit.owner, name="Somebody found it", **{"if": lost})
    rule = Rule.objects.get()
    client = browser(conduit.owner)
    assert "It has not met an event yet." in read(client.get(f"/rules/{rule.pk}/runs")).all("main")[0].text
    record_scan(pico=conduit.pico, visitor=bytes(8), person=None)
    drain()
    page = read(client.get(f"/rules/{rule.pk}/runs"))
    assert page.heading == "Somebody found it"
    said = page.all("main")[0].text
    assert "It did not act: not all of its conditions held · just now · Moccasin" in said
    assert [one.text for one in page.all("li")] == ["its status is “lost”: it was claimed, so no"]


def test_neither_side_sees_the_other_s_rules() -> None:
    conduit = a_conduit()
    a_rule(conduit.owner, name="The owner’s")
    a_rule(conduit.company, name="The company’s")
    admin = browser(a_member(conduit.company, "admin").person)
    assert list(switches(read(browser(conduit.owner).get("/rules")))) == ["The owner’s"]
    assert list(switches(read(admin.get(f"/desk/{conduit.company.slug}/rules")))) == ["The company’s"]


# At the desk.


def test_another_product_makes_another_rule() -> None:
    company, client, path = desk()
    products, endpoint = [a_product(company), a_product(company)], an_endpoint(company)
    for product in (*products, products[0]):
        values = {"do": "save", "product": product.pk, "endpoint": endpoint.pk}
        client.post(f"{path}/new/tell_the_call_centre", values)
    assert Rule.objects.filter(subscribes=None).count() == 2


def desk(role: str = "admin") -> Any:
    company = a_company()
    return company, browser(a_member(company, role).person), f"/desk/{company.slug}/rules"


def test_an_admin_fills_in_the_blanks_of_a_ready_made_rule() -> None:
    company, client, path = desk()
    product, endpoint = a_product(company, name="Modem"), an_endpoint(company, "http://127.0.0.1/crm")
    page = read(client.get(f"{path}/new/tell_the_call_centre"))
    assert [one.attributes["aria-label"] for one in page.all("select")] == ["a product", "where to send it"]
    assert [one.text for one in page.all("option")] == ["any Modem", "http://127.0.0.1/crm"]
    values = {"do": "save", "product": str(product.pk), "endpoint": str(endpoint.pk)}
    page = read(client.post(f"{path}/new/tell_the_call_centre", values, follow=True))
    assert page.notices == ["The rule is at work."]
    assert sentences(page)[0] == "IF the code on any Modem is scanned THEN send it to http://127.0.0.1/crm"
    conduit = a_conduit()
    conduit.pico.product = product
    conduit.pico.owner = None
    record_scan(pico=conduit.pico, visitor=bytes(8), person=None)
    drain()
    assert Delivery.objects.filter(endpoint=endpoint).count() >= 1


@pytest.mark.parametrize("value", ["theirs", NOT_THERE, "", "x", "\0", "x" * 10_000])
@pytest.mark.parametrize("blank", ["product", "endpoint"])
def test_a_blank_that_is_filled_with_what_is_not_one_s_own_makes_no_rule(blank: str, value: str) -> None:
    company, client, path = desk()
    other = a_company("Other")
    theirs = {"product": a_product(other).pk, "endpoint": an_endpoint(other).pk}
    values: dict[str, Any] = {"product": a_product(company).pk, "endpoint": an_endpoint(company).pk}
    values |= {blank: theirs[blank] if value == "theirs" else value}
    before = everything()
    answer = client.post(f"{path}/new/tell_the_call_centre", {"do": "save"} | values, follow=True)
    assert answer.status_code == 422
    assert read(answer).errors == {blank: [CHOOSE[blank]]}
    assert everything() == before


def test_a_deleted_endpoint_is_not_offered_and_not_taken() -> None:
    company, client, path = desk()
    product, endpoint = a_product(company), an_endpoint(company)
    remove_endpoint(endpoint)
    assert read(client.get(f"{path}/new/tell_the_call_centre")).all("option", value=str(endpoint.pk)) == []
    values: dict[str, Any] = {"do": "save", "product": product.pk, "endpoint": endpoint.pk}
    assert client.post(f"{path}/new/tell_the_call_centre", values).status_code == 422


@pytest.mark.parametrize("template", ["tell_them_i_wrote", "nothing", "inputs", "x" * 1_000])
def test_a_template_that_is_not_for_companies_makes_no_rule(template: str) -> None:
    _, client, path = desk()
    before = everything()
    for method in (client.get, client.post):
        assert method(f"{path}/new/{template}").status_code == 404
    assert everything() == before


def test_a_subscription_is_among_the_rules_and_ends_with_its_endpoint_only() -> None:
    company, client, path = desk()
    endpoint = an_endpoint(company, "http://127.0.0.1/crm", events=("pico.lost", "pico.found"))
    rule = Rule.objects.get(subscribes=endpoint)
    page = read(client.get(path))
    assert sentences(page) == [
        "IF any product is reported lost or a finder writes about any product THEN send it to http://127.0.0.1/crm"
    ]
    assert "Delete" not in [one.text for one in page.all("summary")]
    before = everything()
    answer = client.post(f"{path}/{rule.pk}/delete", follow=True)
    assert read(answer).notices == ["This rule belongs to an endpoint; delete the endpoint instead."]
    assert everything() == before
    client.post(f"{path}/{rule.pk}/disable")
    assert Rule.objects.get().status == "disabled"


@pytest.mark.parametrize("role", ["viewer", "agent"])
def test_who_may_not_set_up_reads_the_rules_and_finds_no_switch(role: str) -> None:
    company, client, path = desk(role)
    a_rule(company)
    a_product(company)
    page = read(client.get(path))
    assert len(sentences(page)) == 1
    assert [one.text for one in page.all("button")] == []
    assert "New rule" not in page.all("main")[0].text
    assert client.get(f"{path}/new").status_code == 403


# The editor.


def test_a_rule_is_tried_before_it_does_anything() -> None:
    conduit = a_conduit()
    client = browser(conduit.owner)
    for number in range(3):
        record_scan(pico=conduit.pico, visitor=bytes([number] * 8), person=None)
    before = everything()
    blanks = {"thing": "", "number": "3", "within": "PT1H"}
    page = read(client.post("/rules/new/scanned_again_and_again", blanks | {"do": "try"}))
    assert "Of the last 3 events that it is about, it would have acted on 1. Nothing was done." in [
        one.text for one in page.all("p", class_="said")
    ]
    # The sentence stands above, with its blanks; it is not said a second time.
    assert sentences(page) == []
    assert everything() == before


def test_a_rule_from_a_template_is_changed_in_its_blanks() -> None:
    person = a_person()
    client = browser(person)
    blanks = {"thing": "", "number": "3", "within": "PT1H"}
    client.post("/rules/new/scanned_again_and_again", blanks | {"do": "save"})
    rule = Rule.objects.get()
    page = read(client.get(f"/rules/{rule.pk}/change"))
    chosen = [one.attributes["value"] for one in page.all("option") if "selected" in one.attributes]
    assert chosen == ["", "3", "PT1H"]
    client.post(f"/rules/{rule.pk}/change", blanks | {"number": "5", "do": "save"})
    rule.refresh_from_db()
    version = current_version(rule)
    assert (version.number, version.definition["when"]["count"], version.template["values"]["number"]) == (2, 5, "5")


def test_a_text_names_what_is_filled_in_by_words_in_brackets() -> None:
    client = browser(a_person())
    page = read(client.get("/rules/new/finder_while_lost"))
    assert page.all("textarea")[0].text.strip() == "Somebody found the [product] that [owner’s name] lost."
    blanks = {"thing": "", "text": "[owner’s name] lost [serial number] [sic].", "do": "save"}
    client.post("/rules/new/finder_while_lost", blanks)
    rule = Rule.objects.get()
    assert current_version(rule).definition["then"][1]["text"] == "{{owner.name}} lost {{pico.serial}} [sic]."
    again = read(client.get(f"/rules/{rule.pk}/change")).all("textarea")[0]
    assert again.text.strip() == "[owner’s name] lost [serial number] [sic]."


def test_experts_write_json_and_are_told_what_is_wrong_with_it() -> None:
    person = a_person()
    client = browser(person)
    good = '{"name": "A", "when": {"event": "pico.scanned"}, "then": [{"do": "notify_owner", "text": "Hello"}]}'
    wrong = {
        "{": "This is no JSON object. Look for a bracket or a comma that is missing.",
        "[]": None,
        "7": None,
        "": "This is no JSON object. Look for a bracket or a comma that is missing.",
        "[" * 5000: None,
        good.replace("pico.scanned", "pico.eaten"): "when.event: there is no event type 'pico.eaten'",
        good.replace("notify_owner", "fly"): None,
    }
    for written, said in wrong.items():
        answer = client.post("/rules/new/json", {"definition": written, "do": "save"})
        assert answer.status_code == 422
        (error,) = [one.text for one in read(answer).all("p", class_="error")]
        assert said is None or error == said
    assert not Rule.objects.exists()
    client.post("/rules/new/json", {"definition": good, "do": "save"})
    rule = Rule.objects.get()
    assert "notify_owner" in read(client.get(f"/rules/{rule.pk}/change")).all("textarea")[0].text
    client.post(f"/rules/{rule.pk}/change", {"definition": good.replace("Hello", "Bye"), "do": "save"})
    rule.refresh_from_db()
    assert current_version(rule).definition["then"][0]["text"] == "Bye"


def test_experts_are_told_all_that_is_wrong_at_once() -> None:
    wrong = '{"name": "", "when": {"event": "pico.eaten"}, "then": [{"do": "notify_owner", "text": "Hello"}]}'
    answer = browser(a_person()).post("/rules/new/json", {"definition": wrong, "do": "save"})
    said = [one.text for one in read(answer).all("p", class_="error")]
    assert [one.partition(":")[0] for one in said] == ["name", "when.event"]


@pytest.mark.parametrize("name", sorted(templates()))
def test_each_template_is_filled_in_tried_and_put_to_work(name: str) -> None:
    template = templates()[name]
    conduit = a_conduit()
    an_endpoint(conduit.company)
    if "person" in template.PARTIES:
        client, path = browser(conduit.owner), "/rules"
    else:
        client, path = browser(a_member(conduit.company, "admin").person), f"/desk/{conduit.company.slug}/rules"
    page = read(client.get(f"{path}/new/{name}"))
    blanks = {one.attributes["name"]: one.text for one in page.all("textarea")}
    keys = [
        one for one in page.all("input") if one.attributes.get("aria-label") == "the name of the value with the date"
    ]
    blanks |= {one.attributes["name"]: one.attributes["value"] for one in keys}
    for select in page.all("select"):
        options = [one for one in page.all("option") if one.parent is select]
        chosen = [one for one in options if "selected" in one.attributes] or options
        blanks[select.attributes["name"]] = chosen[0].attributes["value"]
    assert client.post(f"{path}/new/{name}", blanks | {"do": "try"}).status_code == 200
    assert client.post(f"{path}/new/{name}", blanks | {"do": "save"}).status_code == 302
    assert Rule.objects.filter(subscribes=None, name=template.TITLE).count() == 1


def test_why_it_did_not_act_and_all_that_it_did() -> None:
    conduit = a_conduit()
    rule = a_rule(conduit.owner, name="Lost only", when={"event": "pico.lost"})
    told = a_rule(conduit.owner, name="Tell me")
    client = browser(conduit.owner)
    drain()
    record_scan(pico=conduit.pico, visitor=bytes(8), person=None)
    drain()
    page = read(client.get(f"/rules/{rule.pk}/missed"))
    assert "It acts when it is reported lost, not when the code on it is scanned." in page.all("main")[0].text
    run = told.runs.get()
    page = read(client.get(f"/rules/{told.pk}/runs/{run.pk}"))
    assert "You were told." in page.all("main")[0].text
    assert browser(a_person()).get(f"/rules/{told.pk}/runs/{run.pk}").status_code == 404
    assert client.get(f"/rules/{rule.pk}/runs/{run.pk}").status_code == 404


def test_a_person_s_pages_of_rules_speak_of_the_line_as_their_others_do() -> None:
    conduit = a_conduit()
    told = a_rule(
        conduit.owner,
        **{"if": {"field": "conduit.status", "op": "is", "value": "paused"}},
        then=[{"do": "notify_company", "text": "Hello"}],
    )
    pause(conduit)
    record_scan(pico=conduit.pico, visitor=bytes(8), person=None)
    drain()
    client = browser(conduit.owner)
    for path in ("runs", f"runs/{told.runs.get(event_type='pico.scanned').pk}", "missed"):
        said = read(client.get(f"/rules/{told.pk}/{path}")).all("main")[0].text
        assert "conduit" not in said.lower()
    assert "Nothing was sent: the line is paused." in read(client.get(f"/rules/{told.pk}/runs")).all("main")[0].text
    offered = read(client.get("/rules/new/my_own")).all("select", name="event")[0].text
    assert "I pause the line to the maker of it" in offered
    assert "conduit" not in offered
