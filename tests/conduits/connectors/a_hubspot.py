"""HubSpot's CRM API, after its reference: objects, properties, search, associations."""

import re
from typing import Any, ClassVar

from aiohttp import web

from tests.conduits.connectors.documented import Documented, Written, expect, keys, says
from tests.conduits.sink import Received

OBJECTS = "contacts|tickets|notes"


class AHubSpot(Documented):
    """Contacts, tickets and notes, all of them with a unique property for our ids."""

    KIND = "hubspot"
    TELLS = False
    routes: ClassVar = [
        ("GET", rf"/crm/v3/properties/({OBJECTS})/(\w+)", "show_property"),
        ("POST", rf"/crm/v3/objects/({OBJECTS})/batch/upsert", "upsert"),
        ("GET", r"/crm/v3/objects/tickets/(\d+)", "show_ticket"),
        ("GET", r"/crm/v3/objects/notes/(\d+)", "show_note"),
        ("POST", r"/crm/v3/objects/notes/search", "search_notes"),
        ("PUT", rf"/crm/v4/objects/({OBJECTS})/(\d+)/associations/default/({OBJECTS})/(\d+)", "associate"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.objects: dict[str, dict[int, dict[str, Any]]] = {"contacts": {}, "tickets": {}, "notes": {}}
        self.associations: set[tuple[str, int, str, int]] = set()
        self.numbers = 100

    def config(self) -> dict[str, Any]:
        return {"url": self.url, "access_token": "pat-na1", "pipeline": "0", "stage": "1"}

    @property
    def requests(self) -> list[Written]:
        return [self._written(number, ticket) for number, ticket in self.objects["tickets"].items()]

    def is_reading(self, received: Received) -> bool:
        return received.path.endswith("/search")

    def show_property(self, received: Received, objects: str, name: str) -> web.Response:
        self._signed_in(received)
        expect(name == "pico_conduit_id", "a property that there is")
        return says({"name": name, "type": "string", "fieldType": "text", "hasUniqueValue": True})

    def upsert(self, received: Received, objects: str) -> web.Response:
        self._signed_in(received)
        keys(received.json, needed={"inputs"})
        (one,) = received.json["inputs"]
        keys(one, needed={"id", "properties"}, allowed={"idProperty", "objectWriteTraceId"})
        unique = {"pico_conduit_id"} | ({"email"} if objects == "contacts" else set())
        expect(one["idProperty"] in unique, "a property with unique values")
        allowed = {
            "contacts": {"firstname", "lastname", "email"},
            "tickets": {"subject", "content", "hs_pipeline", "hs_pipeline_stage"},
            "notes": {"hs_timestamp", "hs_note_body"},
        }[objects]
        keys(one["properties"], needed=allowed - {"email"}, allowed=allowed)
        expect(all(isinstance(value, str) for value in one["properties"].values()), "texts")
        properties = one["properties"] | {one["idProperty"]: one["id"]}
        known = [n for n, row in self.objects[objects].items() if row.get(one["idProperty"]) == one["id"]]
        number = known[0] if known else self._number()
        self.objects[objects].setdefault(number, {}).update(properties)
        shown = {"id": str(number), "properties": properties, "new": not known, "archived": False}
        return says({"status": "COMPLETE", "results": [shown], "startedAt": "…", "completedAt": "…"}, 200)

    def show_ticket(self, received: Received, number: str) -> web.Response:
        self._signed_in(received)
        ticket = self.objects["tickets"].get(int(number))
        if ticket is None:
            return says({"status": "error", "message": "resource not found", "category": "OBJECT_NOT_FOUND"}, 404)
        return says({"id": number, "properties": {"subject": ticket["subject"]}, "archived": False})

    def show_note(self, received: Received, number: str) -> web.Response:
        self._signed_in(received)
        expect(received.query == {"associations": "tickets"}, "with its tickets")
        tickets = [
            other for kind, one, to, other in self.associations if (kind, one, to) == ("notes", int(number), "tickets")
        ]
        shown: dict[str, Any] = {"id": number, "properties": {}}
        if tickets:
            listed = [{"id": str(one), "type": "note_to_ticket"} for one in tickets]
            shown["associations"] = {"tickets": {"results": listed}}
        return says(shown)

    def search_notes(self, received: Received) -> web.Response:
        self._signed_in(received)
        body = received.json
        keys(body, needed={"filterGroups", "sorts", "properties", "limit"}, allowed={"after"})
        expect(1 <= body["limit"] <= 200, "at most 200")
        for group in body["filterGroups"]:
            for one in group["filters"]:
                keys(one, needed={"propertyName", "operator", "value"})
        (sort,) = body["sorts"]
        keys(sort, needed={"propertyName", "direction"})
        begin, size = int(body.get("after", 0)), 2
        rows = [
            {"id": str(number), "properties": {"hs_note_body": row["hs_note_body"]}}
            for number, row in sorted(self.objects["notes"].items())
        ]
        found: dict[str, Any] = {"total": len(rows), "results": rows[begin : begin + size]}
        if begin + size < len(rows):
            found["paging"] = {"next": {"after": str(begin + size)}}
        return says(found)

    def associate(self, received: Received, objects: str, one: str, others: str, other: str) -> web.Response:
        self._signed_in(received)
        expect(received.body == b"", "no body")
        if int(one) not in self.objects[objects] or int(other) not in self.objects[others]:
            return says({"status": "error", "message": "not found"}, 404)
        self.associations.add((objects, int(one), others, int(other)))
        return says({"status": "COMPLETE", "results": []})

    def reply(self, request: str, text: str, *, public: bool = True) -> Any:
        number = self._number()
        lines = "".join(f"<p>{line}</p>" for line in text.split("\n"))
        prefix = "<p>To the customer:</p>" if public else ""
        self.objects["notes"][number] = {"hs_note_body": f"<div>{prefix}{lines}</div>"}
        self.associations.add(("notes", number, "tickets", int(request)))
        return None

    def forget(self, request: str) -> None:
        del self.objects["tickets"][int(request)]

    def _written(self, number: int, ticket: dict[str, Any]) -> Written:
        of = [one for kind, one, to, other in self.associations if (kind, to, other) == ("notes", "tickets", number)]
        who = [
            other for kind, one, to, other in self.associations if (kind, one, to) == ("tickets", number, "contacts")
        ]
        contact = self.objects["contacts"][who[0]] if who else {}
        notes = [re.sub("<br>", "\n", self.objects["notes"][one]["hs_note_body"]) for one in sorted(of)]
        name = f"{contact.get('firstname', '')} {contact.get('lastname', '')}".strip()
        return Written(str(number), ticket["subject"], name, contact.get("email", ""), [ticket["content"], *notes])

    def _number(self) -> int:
        self.numbers += 1
        return self.numbers

    def _signed_in(self, received: Received) -> None:
        expect(received.headers.get("authorization") == "Bearer pat-na1", "the private app's token")
