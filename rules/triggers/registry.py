"""The members, and `When`, the type that is any of them."""

import importlib
import pkgutil
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Protocol, Union, cast

from pydantic import AfterValidator, Discriminator, Tag

from rules.language.shapes import by_key, shape
from rules.triggers.automaton import Machine
from rules.triggers.bounds import check_bounds
from rules.triggers.event import NAME as EVENT
from rules.triggers.patterns import Outermost, Pattern, Say


class Member(Protocol):
    """The five names of a member's module."""

    NAME: str
    Settings: type[Pattern]
    Machine: type[Machine]

    def parts(self, settings: Any) -> list[Pattern]:
        """The patterns inside; those that it implies too."""
        ...

    def sentence(self, settings: Any, say: Say, thing: str) -> str:
        """Completes "IF …"; `say` gives the phrase of a pattern inside, in brackets where it needs them."""
        ...


@cache
def members() -> dict[str, Member]:
    """All of them, by name."""
    package = __name__.rpartition(".")[0]
    found = pkgutil.iter_modules(importlib.import_module(package).__path__)
    modules = [importlib.import_module(f"{package}.{one.name}") for one in found if one.name not in _OTHERS]
    return {module.NAME: cast("Member", module) for module in modules if hasattr(module, "NAME")}


# Modules here that import this one.
_OTHERS = ("registry", "watching")


def member_of(when: Pattern) -> Member:
    """The module of a pattern."""
    return _by_settings()[type(when)]


def parts(when: Pattern) -> list[Pattern]:
    """The patterns inside this one."""
    return member_of(when).parts(when)


@cache
def _by_settings() -> dict[type[Pattern], Member]:
    return {member.Settings: member for member in members().values()}


def _one_of(named: dict[str, Member]) -> Any:
    shapes = [(name, member.Settings) for name, member in named.items()]
    tagged = tuple(Annotated[settings, Tag(f"<{name}>")] for name, settings in shapes)
    order = [name for name in by_key(shapes) if name != EVENT]
    # Made from what there is, so that no list of members has to be kept.
    return Annotated[Union[tagged], Discriminator(shape(*order, otherwise=EVENT))]  # noqa: UP007


def _define() -> Any:
    inner = _one_of({name: one for name, one in members().items() if not issubclass(one.Settings, Outermost)})
    for member in members().values():
        member.Settings.model_rebuild(force=True, _types_namespace={"Inner": inner})
    return Annotated[_one_of(members()), AfterValidator(_bounded)]


def _bounded(when: Pattern) -> Pattern:
    check_bounds(when, parts)
    return when


if TYPE_CHECKING:
    When = Pattern
else:
    When = _define()
