"""The tables of the journal floor."""

from journals.models.attachment import Attachment
from journals.models.entry import Entry
from journals.models.journal import Journal

__all__ = ["Attachment", "Entry", "Journal"]
