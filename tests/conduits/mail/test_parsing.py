"""Mails that somebody built to be long in reading: refused before they are read."""

import time

import pytest

from conduits.mail.parsing import UnreadableError, parse
from tests.conduits.mail.letters import a_letter


def nested(deep: int, kind: str = "multipart/mixed; boundary=b") -> bytes:
    """Parts within parts; each line of the innermost is held against the boundaries of all."""
    head = "".join(f"Content-Type: {kind}{number}\n\n--b{number}\n" for number in range(deep))
    return f"From: a@b.example\n{head}\n".encode()


@pytest.mark.parametrize(
    "raw",
    [
        nested(200) + b"x\n" * 200_000,
        nested(200).replace(b"\n", b"\r\n") + b"x\r" * 200_000,
        nested(200, "MULTIPART/Mixed; boundary=b") + b"x\n" * 200_000,
        nested(200, "message/delivery-status; x=b") + b"x\n" * 200_000,
        b"From: a@b.example\n" + b"X: y\n" * 3_000_000,
    ],
    ids=["parts", "other ends of lines", "capitals", "reports", "headers"],
)
def test_no_mail_is_long_in_reading(raw: bytes) -> None:
    before = time.process_time()
    with pytest.raises(UnreadableError, match="it has too many lines"):
        parse(raw)
    assert time.process_time() - before < 1


def test_a_mail_of_the_largest_photos_is_read() -> None:
    photo = b"Content-Type: image/jpeg\nContent-Transfer-Encoding: base64\n\n" + (b"A" * 76 + b"\n") * 200_000
    parts = b"".join(b"--b0\n" + photo for _ in range(2))
    raw = b"From: a@b.example\nContent-Type: multipart/mixed; boundary=b0\n\n" + parts + b"--b0--\n"
    assert [len(photo.read()) for photo in parse(raw.replace(b"\n", b"\r\n")).photos] == [11_400_000] * 2


def test_a_mail_that_passes_on_others_is_read() -> None:
    inner = b"".join(
        b"--b0\nContent-Type: message/rfc822\n\n" + a_letter("x@y.example", "z@y.example") for _ in range(40)
    )
    raw = b"From: a@b.example\nContent-Type: multipart/mixed; boundary=b0\n\n--b0\n\nSee these.\n" + inner + b"--b0--\n"
    assert parse(raw).text == "See these."
