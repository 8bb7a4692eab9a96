"""Statements that the database plans once for each connection, for those that run thousands of times a second."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import connection


@contextmanager
def prepared_cursor() -> Iterator[psycopg.Cursor]:
    """A cursor on Django's connection, in its transaction, past its own cursor, which sends each statement anew.

    Takes `%s` placeholders, a cast beside each; raises Django's database errors.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        yield cursor
