"""Pictures that somebody sends, whatever they are for."""

import io
import threading

from picos.pictures import as_jpeg, upright
from tests.pictures import an_image, encoded


def a_file() -> io.BytesIO:
    return io.BytesIO(encoded(an_image(), "PNG"))


def test_a_picture_waits_until_the_one_before_it_is_decoded() -> None:
    taken: list[bytes] = []
    other = threading.Thread(target=lambda: taken.append(as_jpeg(a_file(), side=60)))
    with upright(a_file(), side=60):
        other.start()
        other.join(0.2)
        assert taken == []
    other.join(10)
    assert len(taken) == 1
