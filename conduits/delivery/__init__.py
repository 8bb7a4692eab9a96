"""Endpoints and the messages to them: queued with what causes them, sent many at a time, each try recorded."""
