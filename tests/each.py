"""Many values on one stage: what differs in a value alone needs no stage of its own."""

import inspect
import reprlib
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

import pytest
from django.db import transaction


def each(names: str, cases: Iterable[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """As `pytest.mark.parametrize`, with one setup of the fixtures for all cases, whatever a case writes being undone.

    Each case that fails is reported, and the others go on. Not for a test whose cases change something else than the
    database.
    """
    given = [name.strip() for name in names.split(",")]
    listed = [case if len(given) > 1 else (case,) for case in cases]

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        @wraps(test)
        def one_after_the_other(subtests: pytest.Subtests, **fixtures: Any) -> None:
            assert listed
            for case in listed:
                values = dict(zip(given, case, strict=True))
                with subtests.test(reprlib.repr(values)), transaction.atomic():
                    test(**fixtures, **values)
                    transaction.set_rollback(True)

        wanted = inspect.signature(test)
        fixtures = [one for name, one in wanted.parameters.items() if name not in given]
        subtests = inspect.Parameter("subtests", inspect.Parameter.POSITIONAL_OR_KEYWORD)
        one_after_the_other.__signature__ = wanted.replace(parameters=[subtests, *fixtures])  # type: ignore[attr-defined]
        return one_after_the_other

    return decorate
