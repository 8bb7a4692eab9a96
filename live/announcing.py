"""Announcing a change. PostgreSQL's NOTIFY is part of the transaction: it is heard at commit, or never."""

from django.db import connection

CHANNEL = "live"


def announce(*topics: str) -> None:
    """Rings the topics' bell when the current transaction commits; equal topics of one transaction ring once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, topic) FROM unnest(%s::text[]) AS topic", [CHANNEL, list(topics)])
