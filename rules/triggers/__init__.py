"""What a rule waits for. Each member is one module here with the same five names; adding one touches no other file.

NAME      the key that tells it apart in JSON
Settings  a pydantic model of all its keys
parts     the patterns inside it, in reading order
sentence  what it says after IF
Machine   watches it (rules/triggers/automaton.py)
"""

from rules.triggers.automaton import State as State
from rules.triggers.event import EventIs as EventIs
from rules.triggers.patterns import Pattern as Pattern
from rules.triggers.registry import When as When
from rules.triggers.registry import members as members
from rules.triggers.watching import advance as advance
from rules.triggers.watching import begin as begin
from rules.triggers.watching import due as due
from rules.triggers.watching import feed as feed
from rules.triggers.watching import fits as fits
from rules.triggers.watching import is_stateless as is_stateless
from rules.triggers.watching import leaves as leaves
from rules.triggers.watching import needs_every_event as needs_every_event
from rules.triggers.watching import sentence as sentence
from rules.triggers.watching import types as types
