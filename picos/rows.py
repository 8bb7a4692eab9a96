"""Rows by the hundred, with little ado: read by statements planned once, made without a model's own making, and written
by one COPY. For the few places that handle thousands a second; there a query set takes three times the processor.
"""

from collections.abc import Callable, Collection, Sequence
from functools import cache
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import DateTimeField, Field, JSONField, Model
from django.db.models.base import ModelState
from django.utils import timezone
from psycopg.types.json import Jsonb
from pydantic_core import to_json

from picos.prepared import prepared_cursor

Row = TypeVar("Row", bound=Model)


def rows_by_id(model: type[Row], ids: Collection[UUID], *, names: Sequence[str] = ()) -> dict[UUID, Row]:
    """The rows of these ids, with these columns or all."""
    return {row.pk: row for row in rows_where(model, "id = ANY(%b::uuid[])", list(ids), names=names)} if ids else {}


def rows_where(model: type[Row], condition: str, *values: Any, names: Sequence[str] = ()) -> list[Row]:
    """The rows for which this SQL holds, which is a constant of the program with `%b` for each value."""
    names = names or columns(model)
    statement = f"SELECT {', '.join(names)} FROM {model._meta.db_table} WHERE {condition}"  # noqa: S608, SLF001
    return [made(model, names, row) for row in fetched(statement, *values)]


def fetched(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """What a statement gives, which the database plans once for each connection."""
    with prepared_cursor() as cursor:
        return cursor.execute(statement, values, binary=True).fetchall()


def made(model: type[Row], names: Sequence[str], values: Sequence[Any]) -> Row:
    """A row that is in the database, as unpickling makes it: `from_db` asks a descriptor about each column."""
    row = model.__new__(model)
    state = ModelState()
    state.adding, state.db = False, DEFAULT_DB_ALIAS
    row.__dict__.update(zip(names, values, strict=False), _state=state)
    return row


def new(model: type[Row], **values: Any) -> Row:
    """A row that is not in the database yet, as the model's own making would give, without signals.

    Foreign keys are given by their columns, and `related` may say what they lead to.
    """
    plain, called = _defaults(model)
    row = model.__new__(model)
    row.__dict__ = plain | values | {"_state": ModelState()}
    for name, default in called:
        if name not in values:
            row.__dict__[name] = default()
    return row


def related(row: Model, **others: Model | None) -> None:
    """Says what a row's foreign keys lead to. Setting one the usual way asks much, which is known here."""
    row._state.fields_cache.update(others)  # noqa: SLF001


def write_rows(rows: Sequence[Model]) -> None:
    """Inserts new rows of one model, in their order and the caller's transaction.

    As `bulk_create` without its options, for tables without generated columns; times are those of the call. Raises the
    database's errors.
    """
    if not rows:
        return
    plan, now = _copying(type(rows[0])), timezone.now()
    with prepared_cursor() as cursor, cursor.copy(plan.statement) as copy:
        copy.set_types(plan.types)
        for row in rows:
            values = row.__dict__
            for name in plan.stamped:
                values[name] = now
            copy.write_row([values[name] if way is None else way(values[name]) for name, way in plan.ways])
    for row in rows:
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS  # noqa: SLF001


@cache
def _defaults(model: type[Model]) -> tuple[dict[str, Any], list[tuple[str, Callable[[], Any]]]]:
    """Of the columns: values that all rows can share, and what makes one for each row."""
    fields = model._meta.concrete_fields  # noqa: SLF001
    called = [(field.attname, field.default) for field in fields if field.has_default() and callable(field.default)]
    plain = {field.attname: field.get_default() for field in fields}
    return plain, called


@cache
def columns(model: type[Model]) -> tuple[str, ...]:
    """The attributes that hold a model's columns, which are named alike."""
    return tuple(field.attname for field in model._meta.concrete_fields)  # noqa: SLF001 (documented)


class _Copying(NamedTuple):
    statement: str
    types: list[str]
    ways: list[tuple[str, Any]]
    stamped: list[str]


@cache
def _copying(model: type[Model]) -> _Copying:
    fields = [field for field in model._meta.concrete_fields if not field.db_returning]  # noqa: SLF001
    names = [field.attname for field in fields]
    return _Copying(
        f"COPY {model._meta.db_table} ({', '.join(names)}) FROM STDIN (FORMAT binary)",  # noqa: SLF001
        [_type(field) for field in fields],
        [(field.attname, _way(field)) for field in fields],
        [
            field.attname
            for field in fields
            if isinstance(field, DateTimeField) and (field.auto_now or field.auto_now_add)
        ],
    )


def _type(field: "Field[Any, Any]") -> str:
    name = (field.base_field if isinstance(field, ArrayField) else field).db_type(connection) or ""
    return name.partition("(")[0] + ("[]" if isinstance(field, ArrayField) else "")


def _way(field: "Field[Any, Any]") -> Callable[[Any], Any] | None:
    if isinstance(field, JSONField):
        return _as_json
    # Members of an enumeration are texts, but psycopg's binary format takes none.
    return str if field.choices else None


def _as_json(value: Any) -> Jsonb | None:
    return None if value is None else Jsonb(value, dumps=to_json)
