"""Close: the account, signing, and finding leads and contacts.

Sources: https://developer.close.com/api/overview and https://developer.close.com/api/resources/files/create
"""

import base64
import hmac
import json
import secrets
from collections.abc import Iterable
from typing import Any

from aiohttp import web

from uploader_gui.practice.answers import Refusal, Route, answer, read_object, refuse
from uploader_gui.practice.close_activities import CloseActivities, listing, only_fields
from uploader_gui.practice.close_files import USER, CloseFiles, invalid
from uploader_gui.practice.samples import CONTACTS, LEADS, OPPORTUNITY_STATUSES
from uploader_gui.practice.sigv4 import Signer
from uploader_gui.practice.storage import Storage, download
from uploader_gui.practice.world import World


class Close:
    """The vendor Close.

    Args:
        world: What is known so far.
        origin: The server's own.
        signer: The storage key.
        token: The page's token, which opens downloads too.
        storage: Keeps the bytes.
    """

    id = "close"
    prefix = "/close"

    def __init__(self, *, world: World, origin: str, signer: Signer, token: str, storage: Storage) -> None:
        self._key = f"api_{secrets.token_urlsafe(24)}"
        self._basic = base64.b64encode(f"{self._key}:".encode())
        self._token = token
        self._files = CloseFiles(world=world, origin=origin, signer=signer, storage=storage)
        self.activities = CloseActivities(vendor=self, world=world, files=self._files)

    def account(self, way: int) -> dict[str, str]:
        """What to enter for the account; there is one way."""
        return [{"api_key": self._key}][way]

    def routes(self) -> Iterable[Route]:
        """All calls."""
        api = "/api/v1"
        yield Route(method="GET", path=f"{api}/me/", handler=self._me, steps=("check",))
        yield Route(method="POST", path=f"{api}/files/upload/", handler=self._sign, steps=("sign",))
        yield from self.activities.routes()
        for path, handler in (
            ("/lead/", self._leads),
            ("/lead/{id}/", self._lead),
            ("/contact/", self._contacts),
            ("/contact/{id}/", self._contact),
            ("/status/opportunity/", self._statuses),
            ("/connected_account/", self._senders),
        ):
            yield Route(method="GET", path=api + path, handler=handler, steps=("lookup",))
        yield Route(method="GET", path="/go/file/{place:.+}", handler=self._download, guarded=False)

    def authorize(self, request: web.Request) -> None:
        """HTTP Basic: the key as user, no password."""
        kind, _, sent = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "basic" or not hmac.compare_digest(sent.strip().encode(), self._basic):
            refuse(401, {"error": "The server could not verify that you are authorized to access the URL requested."})

    def refusal(self, status: int, message: str) -> Refusal:
        """{"error": …}; a 400 has `errors` and `field-errors`."""
        body = {"errors": [message], "field-errors": {}} if status == 400 else {"error": message}
        headers = {"RateLimit": "limit=100, remaining=0, reset=1"} if status == 429 else {}
        return Refusal(status, json.dumps(body), headers=headers)

    # ------------------------------------------------------------------------------------------ calls
    async def _me(self, _: web.Request) -> web.Response:
        return answer(
            {
                "id": USER,
                "first_name": "Ann",
                "last_name": "Lee",
                "email": "ann@acmesales.example",
                "organizations": [{"id": "orga_AcmeSales", "name": "Acme Sales"}],
            }
        )

    async def _sign(self, request: web.Request) -> web.Response:
        body = await read_object(request, self)
        for name in ("filename", "content_type"):
            if not isinstance(body.get(name), str) or not body[name].strip():
                invalid(name, "This field is required.")
        if not body["content_type"].isascii() or "/" not in body["content_type"]:
            invalid("content_type", "Not a valid content type.")
        return answer(self._files.sign(body["filename"], body["content_type"]))

    async def _leads(self, request: web.Request) -> web.Response:
        words = request.query.get("query", "").casefold().split()
        found = [lead for lead, name in LEADS.items() if all(word in name.casefold() for word in words)]
        return listing(request, [_lead(lead) for lead in found])

    async def _lead(self, request: web.Request) -> web.Response:
        lead = request.match_info["id"]
        if lead not in LEADS:
            refuse(404, {"error": "Lead does not exist."})
        return answer(only_fields(request, _lead(lead)))

    async def _contacts(self, request: web.Request) -> web.Response:
        lead = request.query.get("lead_id")
        return listing(request, [_contact(each) for each, (of, *_) in CONTACTS.items() if lead in (None, of)])

    async def _contact(self, request: web.Request) -> web.Response:
        contact = request.match_info["id"]
        if contact not in CONTACTS:
            refuse(404, {"error": "Contact does not exist."})
        return answer(only_fields(request, _contact(contact)))

    async def _statuses(self, request: web.Request) -> web.Response:
        return listing(
            request,
            [{"id": each, "label": label, "type": kind} for each, (label, kind) in OPPORTUNITY_STATUSES.items()],
        )

    async def _senders(self, request: web.Request) -> web.Response:
        identities = [
            {"name": "Ann Lee", "email": "ann@acmesales.example"},
            {"name": "Acme Sales", "email": "sales@acmesales.example"},
        ]
        account = {"id": "emailacct_AnnLee", "identities": identities, "default_identity": identities[0]}
        return listing(request, [account])

    async def _download(self, request: web.Request) -> web.StreamResponse:
        if not hmac.compare_digest(request.query.get("token", "").encode(), self._token.encode()):
            self.authorize(request)
        found = self._files.find(request.match_info["place"])
        if not found:
            refuse(404, {"error": "File does not exist."})
        name, stored = found
        return download(stored, name)


def _lead(lead: str) -> dict[str, Any]:
    return {
        "id": lead,
        "display_name": LEADS[lead],
        "name": LEADS[lead],
        "status_label": "Potential",
        "contacts": [_contact(each) for each, (of, *_) in CONTACTS.items() if of == lead],
    }


def _contact(contact: str) -> dict[str, Any]:
    lead, name, email, phone = CONTACTS[contact]
    return {
        "id": contact,
        "lead_id": lead,
        "name": name,
        "display_name": name,
        "emails": [{"email": email, "type": "office"}],
        "phones": [{"phone": phone, "type": "office"}],
    }
