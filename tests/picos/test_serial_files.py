"""CSV files of serials, and linking codes that were printed earlier: all of a file or nothing, and a report by line."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from parties.errors import RefusedError
from picos import linking, minting
from picos.codes import code_of, spaced
from picos.models import Batch, Event, Pico
from picos.serial_files import CodeLink, read_links, read_serials
from tests.conftest import Api
from tests.factories import a_company, a_conduit, a_product, picos

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "file",
    [
        b"A-1\nA-2\n",
        b"serial\r\nA-1\r\nA-2\r\n",
        b'\xef\xbb\xbfname;SERIAL\n"Boot; left";A-1\n\n;;\nBoot;A-2',
        b"Serial\tname\nA-1\t\nA-2\tx\n",
        b'"A-1"\n A-2 \n',
    ],
)
def test_serials_are_read_as_spreadsheets_write_them(file: bytes) -> None:
    assert read_serials(io.BytesIO(file), most=2).serials == ["A-1", "A-2"]


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (b"", "There is no line with a serial in this file."),
        (b"serial\n\n", "There is no line with a serial in this file."),
        (b"A-1\nA-2\nA-1\n", "Line 3: A-1 is in line 1 already."),
        (b"name,serial\nx,A-1\ny,\n", "Line 3: there is no serial."),
        (b"a\n" + b"x" * 51, "Line 2: a serial has at most 50 letters and figures; this has 51."),
        (b"\xff\xfe", "This is no CSV file in UTF-8. Save it as “CSV UTF-8” and choose it again."),
        (b"PK\x03\x04\x00", "Line 1: it has a character that cannot be kept."),
        (b'A-1\n"A-2', "Line 2: its quotation marks do not match, or it is no line of a CSV file."),
        (b"name;price\nA;1", "Line 1 has 2 columns. Name in the first line which of them is “serial”."),
        (b"A-1\nA-2,x", "Line 2 has 2 columns. Name in the first line which of them is “serial”."),
        (b"x\n" * 40, " ".join(f"Line {line}: x is in line 1 already." for line in range(2, 22)) + " And 19 more."),
    ],
)
def test_what_is_wrong_is_told_by_line(file: bytes, said: str) -> None:
    with pytest.raises(RefusedError) as refused:
        read_serials(io.BytesIO(file), most=100)
    assert (str(refused.value), refused.value.field) == (said, "file")


def test_a_formula_s_quote_is_taken_off_as_exports_put_it_on() -> None:
    assert read_serials(io.BytesIO(b"'=1\n'x\n"), most=100).serials == ["=1", "'x"]


# What a form has beside the text of its one file.
OF_FORM = 137


def csv_file(text: str) -> dict[str, Any]:
    return {"file": SimpleUploadedFile("serials.csv", text.encode())}


def test_a_batch_of_a_file_s_serials(api: Api) -> None:
    product = a_product()
    asking = api(product.company)
    answer = asking.upload("/batches/import", csv_file("serial\nA-1\nA-2\n") | {"product": str(product.pk)})
    assert (answer.status_code, answer.json()["count"]) == (202, 2)
    wrong = asking.upload("/batches/import", csv_file("A-3\nA-1\n\nA-2\n") | {"product": str(product.pk)})
    taken = "Line 2: A-1 is taken. Line 4: A-2 is taken."
    assert (wrong.status_code, wrong.json()["errors"]) == (422, {"file": [taken]})
    without = asking.upload("/batches/import", {"product": str(product.pk)})
    assert (without.status_code, without.json()["errors"]) == (
        422,
        {"file": ["Send the file as `file` of a multipart form."]},
    )
    assert asking.post("/batches/import", {"product": str(product.pk)}).status_code == 422
    assert Batch.objects.count() == 1


def test_codes_that_were_printed_earlier_get_their_serials(api: Api) -> None:
    product = a_product()
    first, second, third = picos(3, product)
    file = csv_file(f"code,serial\n{first.code},S-1\n{second.code[:4]}-{second.code[4:].lower()},S-2\n")

    answer = api(product.company).upload("/picos/serials", file)

    assert (answer.status_code, answer.json()) == (200, {"linked": 2})
    serials = dict(Pico.objects.values_list("code", "serial"))
    assert serials == {first.code: "S-1", second.code: "S-2", third.code: ""}
    events = Event.objects.filter(type="pico.linked").order_by("sequence")
    assert [(event.pico_id, event.data) for event in events] == [
        (first.pk, {"serial": "S-1"}),
        (second.pk, {"serial": "S-2"}),
    ]


def test_of_a_file_with_one_wrong_line_nothing_is_linked(api: Api) -> None:
    product = a_product()
    free, done = picos(1, product)[0], picos(1, product, serials=["S-0"])[0]
    claimed, theirs = a_conduit(pico=picos(1, product)[0]).pico, picos()[0]
    asking = api(product.company)

    def report(*lines: str) -> str:
        answer = asking.upload("/picos/serials", csv_file("\n".join([f"{free.code},S-1", *lines])))
        assert answer.status_code == 422
        said: str = answer.json()["errors"]["file"][0]
        return said

    assert report(f"{done.code},S-2").endswith(": it has the serial S-0.")
    assert report(f"{claimed.code},S-2").endswith(": it is claimed already.")
    assert report(f"{theirs.code},S-2").endswith(": there is no such copy of yours.")
    assert report(f"{code_of(7)},S-2") == f"Line 2: {spaced(code_of(7))}: there is no such copy of yours."
    assert report(f"{code_of(7)[:-1]}0,S-2") == "Line 2: One letter or figure of this code is not right."
    another = picos(1, product)[0].code
    assert report(f"{another},S-0") == f"Line 2: {spaced(another)}: the serial S-0 is taken."
    assert report(f"{free.code},S-3") == f"Line 2: {free.code} is in line 1 already."
    assert report(f"{another},S-1") == f"Line 2: {spaced(another)}: the serial S-1 is in line 1 already."
    assert report(f"{another},S-0", f"{code_of(7)},S-2", f"{done.code},S-4").count("Line ") == 3
    assert not Pico.objects.exclude(pk=done.pk).exclude(serial="").exists()
    assert not Event.objects.filter(type="pico.linked").exists()


def test_so_many_at_once_are_too_many(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linking, "MOST", 1)
    monkeypatch.setattr(minting, "MOST", 1)
    codes = picos(1, product := a_product()) + picos(1, product)
    file = csv_file("\n".join(f"{pico.code},{number}" for number, pico in enumerate(codes)))
    answer = api(product.company).upload("/picos/serials", file)
    said = {"file": ["A file has at most 1 line with a serial; part it."]}
    assert (answer.status_code, answer.json()["errors"]) == (422, said)
    answer = api(product.company).upload("/batches/import", csv_file("A\nB") | {"product": str(product.pk)})
    assert (answer.status_code, answer.json()["errors"]) == (422, said)
    with pytest.raises(RefusedError, match="At most 1 codes are linked at a time; part the file"):
        linking.link_codes(company=product.company, links=[CodeLink(pico.code, "S", 1) for pico in codes])


def endless(line: bytes) -> Any:
    """A file of one line again and again, and how many bytes of it were read."""

    class Endless(io.RawIOBase):
        taken = 0

        def readable(self) -> bool:
            return True

        def seekable(self) -> bool:
            return True

        def tell(self) -> int:
            return self.taken

        def seek(self, place: int, whence: int = 0) -> int:
            self.taken = place
            return place

        def readinto(self, into: Any) -> int:
            size = len(into) // len(line) * len(line)
            into[:size] = line * (size // len(line))
            self.taken += size
            assert self.taken < 1_000_000, "it reads on and on"
            return size

    return io.BufferedReader(Endless())


@pytest.mark.parametrize(("line", "why"), [(b"\0\n", "it has a character that cannot be kept."), (b"x\n", "")])
def test_of_very_many_wrong_lines_the_rest_is_not_read(line: bytes, why: str) -> None:
    first = range(1, 21) if why else range(2, 22)
    told = " ".join(f"Line {number}: {why or 'x is in line 1 already.'}" for number in first)
    with pytest.raises(RefusedError) as refused:
        read_serials(endless(line), most=5_000_000)
    assert str(refused.value) == f"{told} And at least 980 more."


def test_of_too_many_lines_the_rest_is_not_read() -> None:
    with pytest.raises(RefusedError, match=r"^A file has at most 500 lines with a serial; part it\.$"):
        read_serials(endless(b"x\n"), most=500)


def test_a_file_of_links_has_a_bound_of_its_own(api: Api) -> None:
    asking = api(a_company())
    for size, status in ((4 * 1024 * 1024, 422), (4 * 1024 * 1024 + 1, 413)):
        answer = asking.upload("/picos/serials", csv_file("x" * (size - OF_FORM)))
        assert answer.status_code == status


def test_links_are_read_with_the_code_checked() -> None:
    (pico,) = picos()
    assert read_links(io.BytesIO(f"serial,code\nS,{pico.code.lower()}".encode()), most=1) == [
        CodeLink(pico.code, "S", 2)
    ]


def test_a_scanner_types_the_address_that_is_in_the_square() -> None:
    (pico,) = picos()
    file = f"HTTP://PICO.TEST/P/{pico.code},S-1\nhttps://pico.test/P/{pico.code.lower()}/,S-2\n"
    with pytest.raises(RefusedError, match=f"^Line 2: {pico.code} is in line 1 already"):
        read_links(io.BytesIO(file.encode()), most=2)


def test_nobody_but_its_company_links_a_code(api: Api) -> None:
    (pico,) = picos()
    file = f"{pico.code},S-1"
    assert api(None).upload("/picos/serials", csv_file(file)).status_code == 401
    assert api(a_conduit().owner).upload("/picos/serials", csv_file(file)).status_code == 403
    assert api(a_company()).upload("/picos/serials", csv_file(file)).status_code == 422
    assert not Pico.objects.exclude(serial="").exists()
