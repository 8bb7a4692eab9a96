"""The event types of the journal floor."""

from picos.event_types import register

ENTRY_ADDED = register("journal.entry_added", "somebody writes in the journal of {thing}")
