"""Salesforce's REST API, after its developer guide: sObject rows by external id, queries, client credentials."""

import re
from typing import Any, ClassVar
from urllib.parse import parse_qs

from aiohttp import web
from django.utils import timezone

from tests.conduits.connectors.documented import Documented, Written, expect, keys, says
from tests.conduits.sink import Received

API = r"/services/data/v62\.0"
FIELD = "Pico_Conduit_Id__c"


class ASalesforce(Documented):
    """Contacts, cases and case comments."""

    KIND = "salesforce"
    TELLS = False
    routes: ClassVar = [
        ("POST", r"/services/oauth2/token", "sign_in"),
        ("GET", rf"{API}/query", "query"),
        ("PATCH", rf"{API}/sobjects/(Case|Contact)/{FIELD}/([\w-]+)", "upsert"),
        ("GET", rf"{API}/sobjects/(Case|Contact)/{FIELD}/([\w-]+)", "show_by_ours"),
        ("GET", rf"{API}/sobjects/Case/(\w+)", "show_case"),
        ("POST", rf"{API}/sobjects/CaseComment", "add_comment"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.rows: dict[str, dict[str, dict[str, Any]]] = {"Case": {}, "Contact": {}}
        self.comments: list[dict[str, Any]] = []
        self.tokens: list[str] = []
        # As before version 46.0, an update is answered without a body.
        self.answers_updates = True

    def config(self) -> dict[str, Any]:
        return {"url": self.url, "client_id": "3MVG9", "client_secret": "app-secret"}

    @property
    def requests(self) -> list[Written]:
        return [
            Written(
                case_id,
                case["Subject"],
                self._name(case.get("ContactId")),
                self.rows["Contact"].get(case.get("ContactId") or "", {}).get("Email", ""),
                [case["Description"], *(one["CommentBody"] for one in self.comments if one["ParentId"] == case_id)],
            )
            for case_id, case in self.rows["Case"].items()
        ]

    def is_reading(self, received: Received) -> bool:
        return received.path.endswith("/token")

    def sign_in(self, received: Received) -> web.Response:
        expect(received.headers["content-type"] == "application/x-www-form-urlencoded", "a form")
        form = {name: values[0] for name, values in parse_qs(received.body.decode()).items()}
        expected = {"grant_type": "client_credentials", "client_id": "3MVG9", "client_secret": "app-secret"}
        expect(form == expected, "the app's credentials")
        self.tokens.append(f"token-{len(self.tokens)}")
        given = {"access_token": self.tokens[-1], "instance_url": self.url, "token_type": "Bearer"}
        return says(given | {"id": "…", "issued_at": "1795301345000", "signature": "…", "scope": "api"})

    def query(self, received: Received) -> web.Response:
        if refused := self._signed_in(received):
            return refused
        keys(received.query, needed={"q"})
        rows = self._found(received.query["q"])
        return says({"totalSize": len(rows), "done": True, "records": rows})

    def upsert(self, received: Received, name: str, key: str) -> web.Response:
        if refused := self._signed_in(received):
            return refused
        fields = received.json
        if name == "Case":
            keys(fields, needed={"Subject", "Description", "Origin"}, allowed={"ContactId", "Status"})
            expect(fields.get("ContactId", "") in self.rows["Contact"] or "ContactId" not in fields, "a contact")
        else:
            keys(fields, needed={"LastName"}, allowed={"FirstName", "Email"})
        for row_id, row in self.rows[name].items():
            if row[FIELD] == key:
                row.update(fields)
                if not self.answers_updates:
                    return web.Response(status=204)
                return says({"id": row_id, "success": True, "errors": [], "created": False}, 200)
        row_id = f"{'500' if name == 'Case' else '003'}{len(self.rows[name]):015d}"
        self.rows[name][row_id] = fields | {FIELD: key, "IsClosed": False}
        return says({"id": row_id, "success": True, "errors": [], "created": True}, 201)

    def show_by_ours(self, received: Received, name: str, key: str) -> web.Response:
        if refused := self._signed_in(received):
            return refused
        return says({"Id": next(row_id for row_id, row in self.rows[name].items() if row[FIELD] == key)})

    def show_case(self, received: Received, case_id: str) -> web.Response:
        if refused := self._signed_in(received):
            return refused
        expect(received.query == {"fields": "Id,IsClosed"}, "these fields")
        case = self.rows["Case"].get(case_id)
        if case is None:
            missing = {"errorCode": "NOT_FOUND", "message": "The requested resource does not exist"}
            return says([missing], 404)
        return says({"attributes": {"type": "Case"}, "Id": case_id, "IsClosed": case["IsClosed"]})

    def add_comment(self, received: Received) -> web.Response:
        if refused := self._signed_in(received):
            return refused
        comment = received.json
        keys(comment, needed={"ParentId", "CommentBody", "IsPublished"})
        expect(comment["ParentId"] in self.rows["Case"], "a case")
        expect(len(comment["CommentBody"].encode()) <= 4000, "4,000 bytes at most")
        return says({"id": self._comment(**comment)["Id"], "success": True, "errors": []}, 201)

    def reply(self, request: str, text: str, *, public: bool = True) -> Any:
        self._comment(ParentId=request, CommentBody=text, IsPublished=public)

    def forget(self, request: str) -> None:
        del self.rows["Case"][request]

    def _comment(self, **fields: Any) -> dict[str, Any]:
        created = timezone.now().strftime("%Y-%m-%dT%H:%M:%S.000+0000")
        comment = fields | {"Id": f"00a{len(self.comments):015d}", "CreatedDate": created}
        self.comments.append(comment)
        return comment

    def _found(self, soql: str) -> list[dict[str, Any]]:
        if re.fullmatch(rf"SELECT Id, {FIELD} FROM Case LIMIT 1", soql):
            return []
        if email := re.fullmatch(r"SELECT Id FROM Contact WHERE Email = '([^']+)' LIMIT 1", soql):
            return [{"Id": row_id} for row_id, row in self.rows["Contact"].items() if row.get("Email") == email[1]][:1]
        of_case = r"SELECT CommentBody FROM CaseComment WHERE ParentId = '(\w+)' ORDER BY CreatedDate DESC LIMIT 50"
        if case := re.fullmatch(of_case, soql):
            return [one for one in self.comments[::-1] if one["ParentId"] == case[1]]
        since = re.fullmatch(
            r"SELECT Id, ParentId, CommentBody, CreatedDate FROM CaseComment WHERE IsPublished = true"
            r" AND CreatedDate >= (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ) ORDER BY CreatedDate, Id LIMIT 200",
            soql,
        )
        expect(since, f"SOQL: {soql}")
        assert since
        rows = [one for one in self.comments if one["IsPublished"] and one["CreatedDate"][:19] >= since[1][:19]]
        return rows[:200]

    def _name(self, contact_id: str | None) -> str:
        contact = self.rows["Contact"].get(contact_id or "", {})
        return f"{contact.get('FirstName', '')} {contact.get('LastName', '')}".strip()

    def _signed_in(self, received: Received) -> web.Response | None:
        if self.tokens and received.headers.get("authorization") == f"Bearer {self.tokens[-1]}":
            return None
        return says([{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}], 401)
