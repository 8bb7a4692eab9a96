"""django-helpdesk 2.6's API, after its serializers; tests/helpdesk has the real one."""

import base64
from typing import Any, ClassVar

from aiohttp import web

from tests.conduits.connectors.documented import Documented, Written, expect, keys, says
from tests.conduits.sink import Received


class AHelpdesk(Documented):
    """Tickets with follow-ups; the oldest first."""

    KIND = "helpdesk"
    routes: ClassVar = [
        ("GET", r"/api/tickets/", "list_tickets"),
        ("POST", r"/api/tickets/", "add_ticket"),
        ("GET", r"/api/tickets/(\d+)/", "show_ticket"),
        ("GET", r"/api/followups/", "list_followups"),
        ("POST", r"/api/followups/", "add_followup"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.tickets: dict[int, dict[str, Any]] = {}
        self.followups: list[dict[str, Any]] = []

    def config(self) -> dict[str, Any]:
        return {"url": self.url, "username": "pico", "password": "s3cret", "queue": 4}

    @property
    def requests(self) -> list[Written]:
        return [
            Written(
                str(ticket["id"]),
                ticket["title"],
                ticket["description"].partition(":")[0],
                ticket["submitter_email"] or "",
                [one["comment"] for one in self._of(ticket["id"])],
            )
            for ticket in self.tickets.values()
        ]

    def list_tickets(self, received: Received) -> web.Response:
        self._signed_in(received)
        expect(set(received.query) <= {"page_size", "page", "status"}, "unknown parameters")
        return self._page(received, [self._shown(ticket) for ticket in self.tickets.values()])

    def add_ticket(self, received: Received) -> web.Response:
        self._signed_in(received)
        body = received.json
        keys(body, needed={"queue", "title", "description", "priority"}, allowed={"submitter_email"})
        expect(body["queue"] == 4, "its queue")
        expect(1 <= body["priority"] <= 5, "a priority")
        expect(0 < len(body["title"]) <= 200, "a title of at most 200 characters")
        ticket = body | {"id": len(self.tickets) + 11, "status": 1}
        self.tickets[ticket["id"]] = ticket
        self._note(ticket["id"], body["description"], public=True)
        return says(self._shown(ticket), 201)

    def show_ticket(self, received: Received, number: str) -> web.Response:
        self._signed_in(received)
        ticket = self.tickets.get(int(number))
        return says(self._shown(ticket)) if ticket else says({"detail": "No Ticket matches the given query."}, 404)

    def add_followup(self, received: Received) -> web.Response:
        self._signed_in(received)
        body = received.json
        keys(body, needed={"ticket", "comment"}, allowed={"public", "new_status"})
        expect(body["ticket"] in self.tickets, "a ticket that there is")
        expect("{{" not in body["comment"], "no template")
        return says(self._note(body["ticket"], body["comment"], public=body["public"]), 201)

    def list_followups(self, received: Received) -> web.Response:
        self._signed_in(received)
        return self._page(received, self.followups)

    def reply(self, request: str, text: str, *, public: bool = True) -> Any:
        one = self._note(int(request), text, public=public)
        return {
            "ticket": self._shown(self.tickets[int(request)]),
            "queue_slug": "customers",
            "followup_id": one["id"],
        }

    def forget(self, request: str) -> None:
        del self.tickets[int(request)]

    def _note(self, ticket: int, comment: str, *, public: bool) -> dict[str, Any]:
        one = {"id": len(self.followups) + 101, "ticket": ticket, "comment": comment, "public": public}
        self.followups.append(one)
        return one

    def _of(self, ticket: int) -> list[dict[str, Any]]:
        return [one for one in self.followups if one["ticket"] == ticket]

    def _shown(self, ticket: dict[str, Any]) -> dict[str, Any]:
        return ticket | {"followup_set": self._of(ticket["id"])}

    def _signed_in(self, received: Received) -> None:
        expected = f"Basic {base64.b64encode(b'pico:s3cret').decode()}"
        expect(received.headers.get("authorization") == expected, "HTTP Basic")

    def _page(self, received: Received, rows: list[Any]) -> web.Response:
        size, page = int(received.query.get("page_size", "25")), int(received.query.get("page", "1"))
        begin = (page - 1) * size
        if begin and begin >= len(rows):
            return says({"detail": "Invalid page."}, 404)
        more = begin + size < len(rows)
        shown = {"count": len(rows), "next": "more" if more else None, "previous": None}
        return says(shown | {"results": rows[begin : begin + size]})
