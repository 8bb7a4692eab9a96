"""Zendesk's Ticketing API and webhook, after its reference."""

import base64
import hmac
import json
from typing import Any, ClassVar

from aiohttp import web

from tests.conduits.connectors.documented import Documented, Written, expect, keys, says
from tests.conduits.sink import Received

TIMESTAMP = "2026-11-21T16:40:00Z"


class AZendesk(Documented):
    """Users, tickets and their comments."""

    KIND = "zendesk"
    routes: ClassVar = [
        ("GET", r"/api/v2/users/me", "show_me"),
        ("POST", r"/api/v2/users/create_or_update", "upsert_user"),
        ("GET", r"/api/v2/tickets", "list_tickets"),
        ("POST", r"/api/v2/tickets", "add_ticket"),
        ("PUT", r"/api/v2/tickets/(\d+)", "change_ticket"),
        ("GET", r"/api/v2/tickets/(\d+)/comments", "list_comments"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.users: dict[int, dict[str, Any]] = {}
        self.tickets: dict[int, dict[str, Any]] = {}
        self.comments: list[dict[str, Any]] = []
        # Without them, a ticket that was opened already is found by its external id alone.
        self.by_key: dict[str, int] = {}

    def config(self) -> dict[str, Any]:
        return {"url": self.url, "access_token": "oauth-token", "signing_secret": "webhook-secret"}

    @property
    def requests(self) -> list[Written]:
        return [
            Written(
                str(number),
                ticket["subject"],
                self.users[ticket["requester_id"]]["name"] if "requester_id" in ticket else "",
                self.users[ticket["requester_id"]].get("email", "") if "requester_id" in ticket else "",
                [one["body"] for one in self.comments if one["ticket"] == number],
            )
            for number, ticket in self.tickets.items()
        ]

    def show_me(self, received: Received) -> web.Response:
        self._signed_in(received)
        return says({"user": {"id": 7, "name": "Pico", "role": "agent"}})

    def upsert_user(self, received: Received) -> web.Response:
        self._signed_in(received)
        keys(received.json, needed={"user"})
        user = received.json["user"]
        keys(user, needed={"name", "role", "skip_verify_email"}, allowed={"email", "external_id"})
        expect(user["role"] == "end-user", "a role")
        expect(("email" in user) != ("external_id" in user), "something to know them by")
        for number, known in self.users.items():
            same_email = user.get("email") and known.get("email") == user["email"]
            if same_email or (user.get("external_id") and known.get("external_id") == user["external_id"]):
                known.update(user)
                return says({"user": known | {"id": number}}, 200)
        number = 900 + len(self.users)
        self.users[number] = dict(user)
        return says({"user": user | {"id": number}}, 201)

    def list_tickets(self, received: Received) -> web.Response:
        self._signed_in(received)
        expect(set(received.query) == {"external_id"}, "by external id")
        wanted = received.query["external_id"]
        found = [ticket | {"id": n} for n, ticket in self.tickets.items() if ticket["external_id"] == wanted]
        return says({"tickets": found, "count": len(found), "next_page": None, "previous_page": None})

    def add_ticket(self, received: Received) -> web.Response:
        self._signed_in(received)
        keys(received.json, needed={"ticket"})
        ticket = received.json["ticket"]
        keys(ticket, needed={"subject", "comment", "external_id"}, allowed={"tags", "requester_id", "priority"})
        key = received.headers["idempotency-key"]
        expect(key == ticket["external_id"], "our id as idempotency key")
        if key in self.by_key:
            return says({"ticket": self.tickets[self.by_key[key]] | {"id": self.by_key[key]}}, 201)
        expect(ticket.get("requester_id", 900) in self.users or "requester_id" not in ticket, "a requester")
        number = 35436 + len(self.tickets)
        self.tickets[number] = ticket | {"status": "new"}
        self.by_key[key] = number
        self._comment(number, ticket["comment"])
        return says({"ticket": ticket | {"id": number}, "audit": {"id": 1}}, 201)

    def change_ticket(self, received: Received, number: str) -> web.Response:
        self._signed_in(received)
        keys(received.json, needed={"ticket"})
        change = received.json["ticket"]
        keys(change, needed={"comment"}, allowed={"status"})
        expect(change.get("status", "open") in {"open", "pending", "hold", "solved"}, "a status")
        ticket = self.tickets.get(int(number))
        if ticket is None:
            return says({"error": "RecordNotFound", "description": "Not found"}, 404)
        if ticket["status"] == "closed":
            described = {"status": [{"description": "Status: closed prevents ticket update"}]}
            return says(
                {"error": "RecordInvalid", "description": "Record validation errors", "details": described}, 422
            )
        self._comment(int(number), change["comment"])
        return says({"ticket": ticket | {"id": int(number)}, "audit": {"id": 2}})

    def list_comments(self, received: Received, number: str) -> web.Response:
        self._signed_in(received)
        expect(set(received.query) <= {"sort", "page[size]", "page[after]"}, "cursor pagination")
        expect(int(received.query["page[size]"]) <= 100, "at most 100 a page")
        if int(number) not in self.tickets:
            return says({"error": "RecordNotFound", "description": "Not found"}, 404)
        found = [one for one in self.comments if one["ticket"] == int(number)]
        return says({"comments": found[::-1], "meta": {"has_more": False}, "links": {}})

    def reply(self, request: str, text: str, *, public: bool = True) -> Any:
        comment = {"id": str(len(self.comments) + 10018462080766), "body": text, "is_public": public}
        self.comments.append(comment | {"ticket": int(request)})
        return self.telling(request, comment | {"author": {"id": "84473", "is_staff": True, "name": "Kim"}})

    def telling(self, request: str, comment: dict[str, Any]) -> dict[str, Any]:
        return {
            "account_id": 22129848,
            "detail": {"id": request, "is_public": True, "status": "OPEN", "subject": "…", "external_id": "…"},
            "event": {"comment": comment, "meta": {"sequence": {"id": "1", "position": 1, "total": 1}}},
            "id": "cbe4028c-7239-495d-b020-f22348516046",
            "subject": f"zen:ticket:{request}",
            "time": TIMESTAMP,
            "type": "zen:event-type:ticket.comment_added",
            "zendesk_event_version": "2022-11-06",
        }

    def told(self, telling: Any) -> tuple[bytes, dict[str, str]]:
        body = json.dumps(telling).encode()
        signature = base64.b64encode(hmac.digest(b"webhook-secret", TIMESTAMP.encode() + body, "sha256")).decode()
        return body, {
            "x-zendesk-webhook-signature": signature,
            "x-zendesk-webhook-signature-timestamp": TIMESTAMP,
            "x-zendesk-webhook-id": "01F1KRFQ6BG29CNWFR60NK5FNY",
        }

    def forget(self, request: str) -> None:
        del self.tickets[int(request)]

    def _comment(self, ticket: int, comment: dict[str, Any]) -> None:
        keys(comment, needed={"body", "public"}, allowed={"author_id"})
        expect(comment.get("author_id", 900) in self.users or "author_id" not in comment, "an author")
        self.comments.append({"id": len(self.comments) + 1, "ticket": ticket} | comment)

    def _signed_in(self, received: Received) -> None:
        expect(received.headers.get("authorization") == "Bearer oauth-token", "OAuth")
        expect(received.method == "GET" or received.headers["content-type"] == "application/json", "JSON")
