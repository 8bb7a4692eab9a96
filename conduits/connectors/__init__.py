"""Connectors: kinds of systems that messages go to in their own language, and answers come back from.

Each kind is one folder here with the same files; adding one touches no other file. kinds.py beside them has what
each must have. A connector is an endpoint: its messages are deliveries like any other, claimed, gated, logged, leased,
retried, held back by the breaker and set aside as all are (conduits/delivery); only the sending is its kind's.

    config.py   `Config`, what a company enters, a pydantic model; its secrets are marked with `secret`
    writing.py  check, upsert_contact, append_to_timeline, open_request, add_reply
    inbound.py  verify, parse
    polling.py  poll
"""
