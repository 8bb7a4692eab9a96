"""The two kinds of party, who works for a company, and the keys that act for either."""

from parties.models.company import Company, Member
from parties.models.key import Key
from parties.models.person import Person

__all__ = ["Company", "Key", "Member", "Person"]
