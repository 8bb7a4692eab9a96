"""Idempotency-Key: a repeated POST gives the first one's answer and works only once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from api.idempotency import forget_old
from api.models import KeptAnswer, Tally
from conduits.models import Endpoint
from journals.models import Attachment, Entry
from picos.models import Pico, Product
from tests.conduits.at_once import at_once
from tests.conftest import Api, ApiClient
from tests.factories import a_company, a_conduit, a_key, a_person, a_photo, a_pico, a_product

MOCCASIN = {"name": "Moccasin", "sku": "M-1"}
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def post(asking: ApiClient, path: str, body: Any, key: str = "k-1") -> Any:
    return asking.post(path, body, **{"Idempotency-Key": key})


@pytest.mark.django_db
def test_the_same_request_again_gets_the_same_answer_and_works_once(api: Api) -> None:
    asking = api(a_company())
    first = post(asking, "/products", MOCCASIN)
    again = post(asking, "/products", MOCCASIN)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert "Idempotent-Replayed" not in first
    assert again["Idempotent-Replayed"] == "true"
    assert Product.objects.count() == 1


@pytest.mark.django_db
def test_the_order_of_keys_in_the_json_does_not_count(api: Api) -> None:
    asking = api(a_company())
    first = asking.send("POST", "/products", b'{"name":"x","sku":"y"}', **{"Idempotency-Key": "k"})
    again = asking.send("POST", "/products", b'{ "sku": "y", "name": "x" }', **{"Idempotency-Key": "k"})
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())


@pytest.mark.django_db
def test_the_same_key_with_another_request_is_422_and_does_nothing(api: Api) -> None:
    asking = api(a_company())
    post(asking, "/products", MOCCASIN)

    for path, body in (("/products", MOCCASIN | {"sku": "M-2"}), ("/batches", MOCCASIN), ("/products?x=1", MOCCASIN)):
        answer = post(asking, path, body)
        why = "This Idempotency-Key was used for another request."
        assert (answer.status_code, answer.json()["detail"]) == (422, why)
        assert answer.json()["errors"] == {"Idempotency-Key": [why]}
    assert Product.objects.count() == 1


@pytest.mark.django_db
def test_each_party_has_keys_of_its_own(api: Api) -> None:
    for company in (a_company(), a_company()):
        assert post(api(company), "/products", MOCCASIN).status_code == 201
    assert Product.objects.count() == 2


@pytest.mark.django_db
def test_another_key_of_the_same_party_gets_the_kept_answer_only_if_it_may_ask(api: Api) -> None:
    company = a_company()
    post(api(company), "/products", MOCCASIN)
    assert post(api(company), "/products", MOCCASIN)["Idempotent-Replayed"] == "true"
    assert post(api(a_key(company, "products:read")), "/products", MOCCASIN).status_code == 403


@pytest.mark.django_db
def test_an_error_is_not_kept(api: Api) -> None:
    company = a_company()
    a_product(company, sku="M-1")
    asking = api(company)
    assert post(asking, "/products", MOCCASIN).status_code == 422
    Product.objects.all().delete()

    assert post(asking, "/products", MOCCASIN).status_code == 201


@pytest.mark.django_db
def test_an_answer_without_a_body_of_its_own_is_kept_too(api: Api) -> None:
    conduit = a_conduit()
    asking = api(conduit.owner)
    answers = [post(asking, f"/conduits/{conduit.pk}/pause", {}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()


@pytest.mark.django_db
def test_a_secret_in_a_kept_answer_lies_sealed(api: Api) -> None:
    asking = api(a_company())
    body = {"url": "http://127.0.0.1:9/hook", "events": ["pico.scanned"]}
    secret = post(asking, "/endpoints", body).json()["secret"]

    assert secret.startswith("whsec_")
    assert secret not in str(KeptAnswer.objects.values().get())
    assert post(asking, "/endpoints", body).json()["secret"] == secret
    assert Endpoint.objects.count() == 1


@pytest.mark.django_db
def test_without_a_key_each_request_works(api: Api) -> None:
    asking = api(a_person())
    for _ in range(2):
        assert asking.post("/picos", {"name": "Bicycle"}).status_code == 201
    assert (Pico.objects.count(), KeptAnswer.objects.count()) == (2, 0)


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["x" * 256, "a\x07b", "\xa0"])
def test_a_key_that_cannot_be_kept_is_422(key: str, api: Api) -> None:
    answer = post(api(a_company()), "/products", MOCCASIN, key)
    assert answer.status_code == 422
    why = "An Idempotency-Key has at most 255 printable characters."
    assert (answer.json()["detail"], answer.json()["errors"]) == (why, {"Idempotency-Key": [why]})
    assert not Product.objects.exists()


@pytest.mark.django_db
def test_a_body_that_cannot_be_read_is_400_with_a_key_too(api: Api) -> None:
    for body in (b"{", b"[" * 100_000, b"\xff"):
        answer = api(a_company()).send("POST", "/products", body, **{"Idempotency-Key": "k"})
        assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert not KeptAnswer.objects.exists()


@pytest.mark.django_db
def test_a_form_s_files_count_and_its_boundary_does_not(api: Api) -> None:
    conduit = a_conduit()
    path = f"/picos/{conduit.pico.code}/journal"
    photo, other = a_photo().read(), a_photo(size=(10, 10)).read()

    def upload(content: bytes, boundary: str) -> Any:
        body = (
            (
                f'--{boundary}\r\nContent-Disposition: form-data; name="visibility"\r\n\r\nshared\r\n--{boundary}\r\n'
                'Content-Disposition: form-data; name="attachments"; filename="a.jpg"\r\n\r\n'
            ).encode()
            + content
            + f"\r\n--{boundary}--\r\n".encode()
        )
        kind = f"multipart/form-data; boundary={boundary}"
        return api(key).send("POST", path, body, kind, **{"Idempotency-Key": "k"})

    key = a_key(conduit.owner)
    first, again, changed = upload(photo, "one"), upload(photo, "two"), upload(other, "one")

    assert (first.status_code, again.status_code, changed.status_code) == (201, 201, 422)
    assert again.json() == first.json()
    assert (Entry.objects.count(), Attachment.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_have_one_effect_and_one_answer() -> None:
    company = a_company()
    key = a_key(company)

    answers = at_once(*[lambda: post(ApiClient(key), "/products", MOCCASIN)] * 4)

    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotent-Replayed" in answer for answer in answers) == 3
    assert Product.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_at_once_of_which_the_first_fails_leave_the_second_its_chance() -> None:
    conduit = a_conduit()
    key = a_key(conduit.owner)
    path = f"/picos/{conduit.pico.code}/recovered"

    answers = at_once(*[lambda: post(ApiClient(key), path, {})] * 3)

    assert {answer.status_code for answer in answers} == {409}
    assert not KeptAnswer.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_crash_in_the_middle_keeps_neither_effect_nor_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    key = a_key(a_company())
    with monkeypatch.context() as broken:
        broken.setattr("picos.api.products.shown_product", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            post(ApiClient(key), "/products", MOCCASIN)
    assert (Product.objects.count(), KeptAnswer.objects.count()) == (0, 0)

    assert post(ApiClient(key), "/products", MOCCASIN).status_code == 201


@pytest.mark.django_db
def test_answers_are_forgotten_after_a_day_and_tallies_when_they_have_ended(api: Api) -> None:
    asking = api(a_company())
    with time_machine.travel(NOON, tick=False):
        post(asking, "/products", MOCCASIN)
    Tally.objects.create(name="old", count=5, ends_at=datetime(2020, 1, 1, tzinfo=UTC))
    Tally.objects.create(name="new", count=5, ends_at=datetime(2999, 1, 1, tzinfo=UTC))

    for after, kept in ((timedelta(hours=24), 1), (timedelta(hours=24, seconds=1), 0)):
        with time_machine.travel(NOON + after, tick=False):
            forget_old()
        assert KeptAnswer.objects.count() == kept
    assert set(Tally.objects.filter(name__in=["old", "new"]).values_list("name", flat=True)) == {"new"}


@pytest.mark.django_db
def test_a_key_gives_no_tries_at_a_pin_back(api: Api) -> None:
    pico = a_pico(a_product(claim_policy="pin"))
    asking = api(a_person())

    statuses = [
        post(asking, f"/picos/{pico.code}/claim", {"pin": f"{number:06}"}, f"k-{number}").status_code
        for number in range(6)
    ]

    assert statuses == [422, 422, 422, 422, 422, 409]
    pico.refresh_from_db()
    assert pico.pin_tries == 5


@pytest.mark.django_db
def test_an_uploaded_text_is_no_photo_with_a_key_too(api: Api) -> None:
    conduit = a_conduit()
    answer = api(conduit.owner).upload(
        f"/picos/{conduit.pico.code}/journal",
        {"visibility": "shared", "attachments": SimpleUploadedFile("a.jpg", b"text")},
    )
    assert answer.status_code == 422
