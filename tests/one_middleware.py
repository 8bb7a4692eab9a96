"""All test clients go through one chain of middleware, made anew after a setting was changed, as its parts read settings."""

from typing import Any

from django.core.handlers.base import BaseHandler
from django.core.signals import setting_changed
from django.test.client import ClientHandler

_loaded: dict[str, Any] = {}


def use() -> None:
    """From now on, in this process."""
    ClientHandler.load_middleware = _load  # type: ignore[method-assign, assignment]
    setting_changed.connect(_forget)


def _load(handler: ClientHandler, is_async: bool = False) -> None:  # noqa: FBT002 (Django's signature)
    """What a handler keeps of its middleware is nothing of its own: it is the same for each."""
    if not _loaded:
        before = set(vars(handler))
        BaseHandler.load_middleware(handler, is_async)
        _loaded.update({name: value for name, value in vars(handler).items() if name not in before})
    else:
        vars(handler).update(_loaded)


def _forget(**_: object) -> None:
    _loaded.clear()
