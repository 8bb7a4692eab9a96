"""Pages of a thing that is not to stay its owner's, of what somebody had, and of whoever was given a link."""

import re
from typing import Any

import pytest
from django.test import Client

from conduits.leaving import release_and_close
from conduits.models import Conduit
from conduits.opening import accept_transfer
from journals.models import Entry
from picos.inviting import invite_maker
from picos.losing import report_lost
from picos.models import Event, Invitation, Pico, Transfer
from picos.transferring import offer_transfer
from tests.dashboards.world import a_clean_photo, an_entry, browser, read, written
from tests.factories import a_company, a_conduit, a_member, a_person, a_product

pytestmark = pytest.mark.django_db


@pytest.fixture
def conduit() -> Conduit:
    return a_conduit(a_person("Mara"))


def words(answer: Any) -> str:
    """What stands on the page, in one line."""
    read(answer)
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def links(answer: Any) -> list[str]:
    return re.findall(r"http://pico\.test(/(?:transfers|invitations)/[\w-]+)", answer.content.decode())


def post(client: Client, conduit: Conduit, verb: str, data: dict[str, str] | None = None) -> Any:
    return client.post(f"/things/{conduit.pico.code}/{verb}", data or {}, follow=verb not in {"transfer", "invite"})


def test_an_owner_gives_a_thing_by_a_link_that_is_shown_once(conduit: Conduit) -> None:
    an_entry(conduit, "New sole", pass_on=True)
    an_entry(conduit, "Secret")
    client = browser(conduit.owner)
    page = post(client, conduit, "transfer")
    (link,) = links(page)
    assert page["Cache-Control"] == "private, no-store"
    assert "data:image/svg+xml;base64," in page.content.decode()
    again = client.get(f"/things/{conduit.pico.code}")
    assert links(again) == []
    assert "A link is out and works until" in words(again)

    next_one = browser(a_person("Kim"))
    said = words(next_one.get(link))
    assert "Mara gives you this." in said
    assert "1 note marked to pass on" in said
    assert "Secret" not in said
    done = next_one.post(link, follow=True)
    assert done.redirect_chain == [(f"/things/{conduit.pico.code}", 302)]
    assert "Moccasin is yours." in words(done)
    assert Pico.objects.get().owner != conduit.owner


def test_the_link_s_page_names_the_giver_and_the_giver_knows() -> None:
    for name, giver, told in (("Mara", "Mara", True), ("", "Its owner", False)):
        conduit = a_conduit(a_person(name))
        said = words(browser(conduit.owner).get(f"/things/{conduit.pico.code}"))
        assert ("Its page says that Mara gives it." in said) is told
        token = offer_transfer(pico=conduit.pico, owner=conduit.owner).token
        assert f"{giver} gives you this." in words(browser().get(f"/transfers/{token}"))


def test_who_is_signed_out_signs_in_and_comes_back(conduit: Conduit) -> None:
    token = offer_transfer(pico=conduit.pico, owner=conduit.owner).token
    page = browser().get(f"/transfers/{token}")
    assert "Sign in and take it" in words(page)
    assert (page["Referrer-Policy"], page["Cache-Control"]) == ("same-origin", "private, no-store")
    asked = browser().post(f"/transfers/{token}")
    assert asked["Location"] == f"/account/login/code/?next=/transfers/{token}"
    assert not Event.objects.filter(type="pico.scanned").exists()


def test_the_owner_sees_what_to_do_with_their_own_link(conduit: Conduit) -> None:
    token = offer_transfer(pico=conduit.pico, owner=conduit.owner).token
    client = browser(conduit.owner)
    assert "This one is yours." in words(client.get(f"/transfers/{token}"))
    refused = client.post(f"/transfers/{token}")
    assert (refused.status_code, "It is yours already." in words(refused)) == (409, True)


def test_what_is_lost_meanwhile_is_not_taken(conduit: Conduit) -> None:
    token = offer_transfer(pico=conduit.pico, owner=conduit.owner).token
    report_lost(pico=conduit.pico, message="x")
    refused = browser(a_person()).post(f"/transfers/{token}")
    assert (refused.status_code, "It is reported lost." in words(refused)) == (409, True)
    assert "While it is lost, it stays yours." in words(browser(conduit.owner).get(f"/things/{conduit.pico.code}"))


def test_a_link_that_does_not_work_says_so_and_no_more(conduit: Conduit) -> None:
    token = offer_transfer(pico=conduit.pico, owner=conduit.owner).token
    client = browser(conduit.owner)
    said = words(post(client, conduit, "keep"))
    assert "The link works no more. It stays yours." in said
    pages = [client.get(f"/{kind}/{secret}") for kind in ("transfers", "invitations") for secret in (token, "x")]
    assert {page.status_code for page in pages} == {404}
    assert len({page.content for page in pages[:2]}) == 1
    assert all("This link does not work" in words(page) for page in pages)
    assert client.post(f"/transfers/{token}").status_code == 404
    assert not Transfer.objects.exists()


def test_what_was_passed_on_stands_on_a_page_without_a_name(conduit: Conduit) -> None:
    entry = an_entry(conduit, "New sole", pass_on=True, photos=a_clean_photo())
    an_entry(conduit, "Glue of our own", author=conduit.company, pass_on=True)
    token = offer_transfer(pico=conduit.pico, owner=conduit.owner).token
    client = browser(a_person("Kim"))
    assert "From before this journal" in words(client.post(f"/transfers/{token}", follow=True))
    said = words(client.get(f"/things/{conduit.pico.code}/history"))
    assert "An earlier owner · just now New sole" in said
    assert "LAMO Footwear · just now Glue of our own" in said
    assert "Mara" not in said
    photo = client.get(f"/photos/{entry.attachments.get().pk}/small")
    assert (photo.status_code, photo.getvalue()[:2]) == (200, b"\xff\xd8")


def test_what_somebody_had_stays_readable_for_them(conduit: Conduit) -> None:
    an_entry(conduit, "My own", "private")
    client, code = browser(conduit.owner), conduit.pico.code
    gone = post(client, conduit, "release")
    assert "Moccasin is free again" in words(gone)
    assert "Things you had" in words(gone)
    old = client.get(f"/things/{code}")
    assert old["Location"] == f"/things/had/{conduit.journal_id}"
    said = words(client.get(old["Location"]))
    assert "My own" in said
    assert "Yours until" in said
    for page in ("/companies", f"/conduits/{conduit.pk}/log"):
        assert client.get(page).status_code == 200
    after = a_conduit(a_person(), Pico.objects.with_product().get())
    an_entry(after, "Somebody else’s")
    assert "Somebody else’s" not in words(client.get(old["Location"]))
    assert browser(after.owner).get(old["Location"]).status_code == 404


@pytest.mark.parametrize("code", ["%00", "x", "0000000000002", "K7%00"])
def test_a_thing_that_is_not_theirs_and_never_was_is_404(code: str) -> None:
    assert browser(a_person()).get(f"/things/{code}").status_code == 404


def test_the_desk_reads_nothing_by_way_of_an_earlier_owner_s_conduit(conduit: Conduit) -> None:
    an_entry(conduit, "Mara’s words")
    token = offer_transfer(pico=conduit.pico, owner=conduit.owner).token
    after = accept_transfer(token=token, person=a_person("Kim"))[1]
    assert after
    an_entry(after, "Kim’s words")
    agent = browser(a_member(conduit.company, "agent").person)
    page = agent.get(f"/desk/{conduit.company.slug}/conduits/{conduit.pk}")
    assert "The customer has closed this conduit" in words(page)
    assert "Mara’s words" not in words(page)
    # What of Kim's stands beside it is the inbox, which logs itself.
    assert set(after.access_lines.values_list("what", flat=True)) <= {"inbox"}


def test_a_thing_that_came_back_stands_among_things_once(conduit: Conduit) -> None:
    release_and_close(pico=conduit.pico, owner=conduit.owner)
    a_conduit(conduit.owner, Pico.objects.with_product().get())
    assert "Things you had" not in words(browser(conduit.owner).get("/things"))


def test_an_owner_retires_a_thing_with_a_reason(conduit: Conduit) -> None:
    client = browser(conduit.owner)
    too_long = post(client, conduit, "retire", {"reason": "x" * 201})
    assert (too_long.status_code, Pico.objects.get().status) == (422, "claimed")
    assert "Moccasin is retired." in words(post(client, conduit, "retire", {"reason": "The sole broke."}))
    assert Event.objects.get(type="pico.retired").data == {"reason": "The sole broke."}


def test_an_entry_is_marked_for_the_next_owner_by_a_box(conduit: Conduit) -> None:
    client = browser(conduit.owner)
    for marked in ({}, {"pass_on": "on"}):
        client.post(f"/P/{conduit.pico.code}/journal", {"body": "x", "visibility": "shared"} | marked)
    assert list(Entry.objects.order_by("pk").values_list("pass_on", flat=True)) == [False, True]
    assert words(client.get(f"/things/{conduit.pico.code}")).count("· also for the next owner") == 1


def test_the_mark_outlives_a_sign_out(conduit: Conduit) -> None:
    client, path = browser(), f"/P/{conduit.pico.code}"
    client.post(f"{path}/journal", {"body": "New sole", "visibility": "shared", "pass_on": "on"})
    client.force_login(conduit.owner, backend="django.contrib.auth.backends.ModelBackend")
    assert 'name="pass_on" checked' in client.get(f"{path}?stay").content.decode()


@pytest.fixture
def bicycle() -> Pico:
    client = browser(a_person("Mara"))
    client.post("/things", {"name": "Grandpa’s bicycle", "company_name": "Brook"})
    return Pico.objects.get()


def test_a_maker_learns_nothing_until_it_accepts(bicycle: Pico) -> None:
    assert bicycle.owner
    (link,) = links(browser(bicycle.owner).post(f"/things/{bicycle.code}/invite"))
    product = a_product(name="Roadster")
    admin = browser(a_member(product.company, "admin").person)
    said = words(admin.get(link))
    assert "A customer of yours would like to connect" in said
    for told in ("Mara", "bicycle", "Brook", bicycle.code, bicycle.owner.email):
        assert told not in said
    accepted = admin.post(link, {"product": str(product.pk)}, follow=True)
    assert accepted.status_code == 200
    assert Conduit.objects.get().company == product.company
    for told in ("Mara", "Grandpa"):
        assert told not in words(accepted)
    assert not Invitation.objects.exists()


def test_nobody_but_an_admin_accepts_and_with_a_product_of_theirs(bicycle: Pico) -> None:
    assert bicycle.owner
    token = invite_maker(pico=bicycle, owner=bicycle.owner).token
    product, company = a_product(), a_company()
    agent, admin = (
        browser(a_member(who, role).person) for who, role in ((product.company, "agent"), (company, "admin"))
    )
    before = written()
    assert agent.post(f"/invitations/{token}", {"product": str(product.pk)}).status_code == 403
    for wrong in (str(product.pk), "x", "", "\0"):
        assert admin.post(f"/invitations/{token}", {"product": wrong}).status_code == 422
    assert written() == before


def test_a_link_to_a_maker_is_withdrawn(bicycle: Pico) -> None:
    assert bicycle.owner
    client = browser(bicycle.owner)
    client.post(f"/things/{bicycle.code}/invite")
    assert "The link works no more." in words(client.post(f"/things/{bicycle.code}/uninvite", follow=True))
    assert not Invitation.objects.exists()
    assert "Nobody is invited." in words(client.post(f"/things/{bicycle.code}/uninvite", follow=True))
