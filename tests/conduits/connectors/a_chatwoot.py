"""Chatwoot's Application API and webhook, after its reference."""

import hmac
import json
import time
from typing import Any, ClassVar

from aiohttp import web

from tests.conduits.connectors.documented import Documented, Written, expect, keys, says
from tests.conduits.sink import Received

API = r"/api/v1/accounts/3"


class AChatwoot(Documented):
    """Contacts with a session in an API inbox, conversations and messages."""

    KIND = "chatwoot"
    routes: ClassVar = [
        ("GET", r"/api/v1/profile", "show_profile"),
        ("POST", rf"{API}/contacts", "add_contact"),
        ("GET", rf"{API}/contacts/search", "search_contacts"),
        ("POST", rf"{API}/contacts/(\d+)/contact_inboxes", "add_contact_inbox"),
        ("GET", rf"{API}/contacts/(\d+)/conversations", "list_conversations"),
        ("POST", rf"{API}/conversations", "add_conversation"),
        ("GET", rf"{API}/conversations/(\d+)/messages", "list_messages"),
        ("POST", rf"{API}/conversations/(\d+)/messages", "add_message"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.contacts: dict[int, dict[str, Any]] = {}
        self.conversations: dict[int, dict[str, Any]] = {}
        self.messages: list[dict[str, Any]] = []

    def config(self) -> dict[str, Any]:
        return {
            "url": self.url,
            "account": 3,
            "inbox": 5,
            "access_token": "agent-token",
            "webhook_secret": "webhook-secret",
        }

    @property
    def requests(self) -> list[Written]:
        return [
            Written(
                str(number),
                one["custom_attributes"]["subject"],
                self.contacts[one["contact_id"]]["name"],
                self.contacts[one["contact_id"]].get("email") or "",
                [message["content"] for message in self.messages if message["conversation"] == number],
            )
            for number, one in self.conversations.items()
            if any(message["conversation"] == number for message in self.messages)
        ]

    def show_profile(self, received: Received) -> web.Response:
        self._signed_in(received)
        return says({"id": 1, "name": "Pico", "accounts": []})

    def add_contact(self, received: Received) -> web.Response:
        self._signed_in(received)
        contact = received.json
        keys(contact, needed={"inbox_id", "name"}, allowed={"email", "identifier"})
        expect(contact["inbox_id"] == 5, "the inbox")
        for known in self.contacts.values():
            for name in ("email", "identifier"):
                if contact.get(name) and contact[name] == known.get(name):
                    return says({"message": f"{name} has already been taken", "attributes": [name]}, 422)
        number = len(self.contacts) + 41
        self.contacts[number] = contact | {"source": f"source-{number}"}
        inbox = {"source_id": f"source-{number}", "inbox": {"id": 5, "channel_type": "Channel::Api"}}
        return says({"payload": {"contact": self._shown(number), "contact_inbox": inbox}})

    def search_contacts(self, received: Received) -> web.Response:
        self._signed_in(received)
        wanted = received.query["q"].lower()
        found = [
            self._shown(number)
            for number, one in self.contacts.items()
            if wanted in f"{one['name']} {one.get('email')} {one.get('identifier')}".lower()
        ]
        return says({"meta": {"count": len(found), "current_page": 1}, "payload": found})

    def add_contact_inbox(self, received: Received, number: str) -> web.Response:
        self._signed_in(received)
        keys(received.json, needed={"inbox_id"}, allowed={"source_id"})
        self.contacts[int(number)]["source"] = f"source-{number}"
        return says({"source_id": f"source-{number}", "inbox": {"id": 5}})

    def list_conversations(self, received: Received, number: str) -> web.Response:
        self._signed_in(received)
        found = [one | {"id": n} for n, one in self.conversations.items() if one["contact_id"] == int(number)]
        return says({"payload": found})

    def add_conversation(self, received: Received) -> web.Response:
        self._signed_in(received)
        one = received.json
        keys(one, needed={"source_id", "inbox_id", "contact_id"}, allowed={"status", "custom_attributes"})
        expect(one["source_id"] == self.contacts[one["contact_id"]]["source"], "the contact's source id")
        number = len(self.conversations) + 71
        self.conversations[number] = one
        return says({"id": number, "account_id": 3, "inbox_id": 5})

    def list_messages(self, received: Received, number: str) -> web.Response:
        self._signed_in(received)
        if int(number) not in self.conversations:
            return says({"error": "Resource could not be found"}, 404)
        found = [one for one in self.messages if one["conversation"] == int(number)]
        return says({"meta": {"labels": []}, "payload": found})

    def add_message(self, received: Received, number: str) -> web.Response:
        self._signed_in(received)
        message = received.json
        keys(message, needed={"content"}, allowed={"message_type", "private", "content_type", "content_attributes"})
        expect(message["message_type"] in {"incoming", "outgoing"}, "a type")
        expect(isinstance(message["private"], bool), "private or not")
        if int(number) not in self.conversations:
            return says({"error": "Resource could not be found"}, 404)
        return says(self._say(int(number), **message))

    def reply(self, request: str, text: str, *, public: bool = True) -> Any:
        said = self._say(int(request), content=text, message_type="outgoing", private=not public)
        return said | {
            "event": "message_created",
            "conversation": {"id": int(request), "inbox_id": 5, "status": "open"},
            "inbox": {"id": 5, "name": "Things"},
            "account": {"id": 3, "name": "LAMO"},
            "sender": {"id": 1, "name": "Kim", "type": "user"},
        }

    def told(self, telling: Any) -> tuple[bytes, dict[str, str]]:
        body, sent = json.dumps(telling).encode(), str(int(time.time()))
        signed = hmac.digest(b"webhook-secret", f"{sent}.".encode() + body, "sha256").hex()
        return body, {"x-chatwoot-timestamp": sent, "x-chatwoot-signature": f"sha256={signed}"}

    def forget(self, request: str) -> None:
        del self.conversations[int(request)]

    def _say(self, conversation: int, **message: Any) -> dict[str, Any]:
        said = message | {"id": len(self.messages) + 501, "conversation": conversation}
        self.messages.append(said)
        return said

    def _shown(self, number: int) -> dict[str, Any]:
        contact = self.contacts[number]
        inboxes = [{"source_id": contact["source"], "inbox": {"id": 5}}]
        return {"email": None, "identifier": None} | contact | {"id": number, "contact_inboxes": inboxes}

    def _signed_in(self, received: Received) -> None:
        expect(received.headers.get("api_access_token") == "agent-token", "the token")
