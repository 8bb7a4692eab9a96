"""How many pages the live process takes in."""

import resource

import pytest

from config.children import live
from live import room


@pytest.mark.parametrize(
    ("soft", "hard", "files"),
    [
        (1_024, 4_096, 4_096),
        (1_024, 1_000_000, 20_512),
        (1_024, resource.RLIM_INFINITY, 20_512),
        (20_512, 20_512, 20_512),
        (1_000_000, 1_000_000, 1_000_000),
    ],
)
def test_it_takes_as_many_files_as_it_may_have_and_has_use_for(
    soft: int, hard: int, files: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = [(soft, hard)]
    monkeypatch.setattr(resource, "getrlimit", lambda _: limits[-1])
    monkeypatch.setattr(resource, "setrlimit", lambda _, wanted: limits.append(wanted))

    assert room.made() == min(files, 20_512) - 512
    assert limits[-1] == (files, hard)


def test_where_hardly_any_files_are_allowed_there_is_room_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (256, 256))
    monkeypatch.setattr(resource, "setrlimit", lambda *_: None)

    assert room.made() == 1


def test_the_server_hands_on_more_than_the_process_takes_in() -> None:
    command = live(host="127.0.0.1", port=8001)

    assert int(command[command.index("--backpressure") + 1]) > room.MOST_PAGES
