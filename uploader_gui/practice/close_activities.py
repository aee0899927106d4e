"""Close's notes, emails, text messages, WhatsApp messages and opportunities: what files are attached to.

Sources: https://developer.close.com/api/resources/activities and https://developer.close.com/api/resources/opportunities
"""

import re
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from aiohttp import web

from uploader_gui.practice.answers import Route, Vendor, answer, iso, read_object, refuse, whole_number
from uploader_gui.practice.close_files import USER, Attached, CloseFiles, invalid
from uploader_gui.practice.samples import CONTACTS, LEADS, OPPORTUNITY_STATUSES
from uploader_gui.practice.world import World

_MOST_ITEMS = 100
_STATUSES = ("inbox", "draft", "scheduled", "outbox", "sent", "error")
_NEEDS_SENDER = ("inbox", "scheduled", "outbox", "error")
_SENDER = re.compile(r'"[^"]+" <[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+')
_WHATSAPP_MOST = 25_000_000
_WHATSAPP_NEEDS = (
    "activity_at",
    "contact_id",
    "direction",
    "external_whatsapp_message_id",
    "lead_id",
    "local_phone",
    "message_markdown",
    "remote_phone",
)
# What carriers take (https://www.twilio.com/docs/messaging/guides/accepted-mime-types): Close's list is of this kind.
_SMS_TYPES = frozenset(
    f"{family}/{kind}"
    for family, kinds in {
        "application": "pdf rtf vcard",
        "audio": "3gpp 3gpp2 ac3 amr amr-nb basic l24 mp4 mpeg ogg vnd.rn-realaudio wav webm x-wav",
        "image": "bmp gif jpeg png tiff webp",
        "text": "calendar csv directory richtext rtf vcard x-vcard",
        "video": "3gpp 3gpp2 h261 h263 h264 mp4 mpeg quicktime webm",
    }.items()
    for kind in kinds.split()
)

Item = dict[str, Any]


class CloseActivities:
    """All activities and opportunities of one organization.

    Args:
        vendor: Gives errors their shape.
        world: Where attachments are written down.
        files: Turns addresses into files.
    """

    def __init__(self, *, vendor: Vendor, world: World, files: CloseFiles) -> None:
        self._vendor = vendor
        self._world = world
        self._files = files
        self._items: dict[str, dict[str, Item]] = {kind: {} for kind in _CHECKS}
        self._attached: dict[str, list[Attached]] = {}
        self._start()

    def routes(self) -> Iterable[Route]:
        """Creating and listing each kind; reading and changing emails."""
        for kind in _CHECKS:
            path = "/api/v1/opportunity/" if kind == "opportunity" else f"/api/v1/activity/{kind}/"
            looked_up = ("lookup", "verify") if kind == "email" else ("verify",)
            yield Route(method="POST", path=path, handler=self._creates(kind), steps=("attach",))
            yield Route(method="GET", path=path, handler=self._lists(kind), steps=looked_up)
        one = "/api/v1/activity/email/{id}/"
        yield Route(method="GET", path=one, handler=self._read_email, steps=("lookup", "prepare", "verify"))
        yield Route(method="PUT", path=one, handler=self._change_email, steps=("attach",))

    # ------------------------------------------------------------------------------------------ calls
    def _creates(self, kind: str) -> Callable[[web.Request], Any]:
        async def handle(request: web.Request) -> web.Response:
            body = await read_object(request, self._vendor)
            _check_links(body)
            files = _CHECKS[kind](self._files, body)
            external = body.get("external_whatsapp_message_id")
            if external and any(item["external_whatsapp_message_id"] == external for item in self._of(kind)):
                invalid("external_whatsapp_message_id", "A message with this id has been logged already.")
            item = self._add(kind, body, files)
            lead = body.get("lead_id") or ""
            self._world.attach(
                "close",
                kind,
                record=(lead, LEADS.get(lead, "")),
                made=item["id"],
                files=[(each.name, each.stored) for each in files],
                text=_text(item),
            )
            return answer(item)

        return handle

    def _lists(self, kind: str) -> Callable[[web.Request], Any]:
        async def handle(request: web.Request) -> web.Response:
            lead = request.query.get("lead_id")
            return listing(request, [item for item in self._of(kind) if lead in (None, item["lead_id"])])

        return handle

    async def _read_email(self, request: web.Request) -> web.Response:
        return answer(self._email(request))

    async def _change_email(self, request: web.Request) -> web.Response:
        email = self._email(request)
        body = await read_object(request, self._vendor)
        if email["status"] != "draft":
            refuse(400, {"errors": ["Only draft emails can be modified."], "field-errors": {}})
        changed = {**email, **{name: body[name] for name in _FIELDS["email"] if name in body}}
        files = _email(self._files, {**changed, "attachments": body.get("attachments")})
        if "attachments" in body:
            # The whole list is replaced: what is not named again is gone.
            self._attached[email["id"]] = files
        now = iso(self._world.clock())
        email |= changed | {"date_updated": now, "attachments": _shown(self._attached[email["id"]])}
        self._world.attach(
            "close",
            "email",
            record=(email["id"], email["subject"] or "(no subject)"),
            made=email["id"],
            files=[(each.name, each.stored) for each in files if each.new],
            text=_text(email),
        )
        return answer(email)

    # ------------------------------------------------------------------------------------------ items
    def _of(self, kind: str) -> list[Item]:
        return list(reversed(self._items[kind].values()))

    def _email(self, request: web.Request) -> Item:
        email = self._items["email"].get(request.match_info["id"])
        if not email:
            refuse(404, {"error": "Activity.Email does not exist."})
        return email

    def _add(self, kind: str, body: Mapping[str, Any], files: Sequence[Attached], made: str = "") -> Item:
        now = iso(self._world.clock())
        made = made or f"{'oppo' if kind == 'opportunity' else 'acti'}_{secrets.token_urlsafe(18)}"
        item: Item = {
            **{name: body.get(name) for name in _FIELDS[kind]},
            "id": made,
            "user_id": USER,
            "date_created": now,
            "date_updated": now,
            "attachments": _shown(files),
        }
        self._items[kind][made] = item
        self._attached[made] = list(files)
        return item

    def _start(self) -> None:
        terms = self._files.sample("terms.txt", "text/plain", b"Payment within 30 days.\n")
        for made, lead, status, subject, files in (
            ("acti_sent_globex", "lead_globex", "sent", "Nice to meet you", []),
            ("acti_draft_initech", "lead_initech", "draft", "The report you asked for", []),
            ("acti_draft_acme", "lead_acme", "draft", "Angebot für März", []),
            ("acti_draft_globex", "lead_globex", "draft", "Our offer", [terms]),
        ):
            self._add("email", {"lead_id": lead, "status": status, "subject": subject, "to": []}, files, made)


def listing(request: web.Request, items: Sequence[Item]) -> web.Response:
    """A list cut by `_limit` and `_skip`, with only the `_fields` asked for."""
    limit = whole_number(request.query.get("_limit"), default=100, least=1, most=_MOST_ITEMS)
    skip = whole_number(request.query.get("_skip"), default=0, most=10**9)
    if limit is None or skip is None:
        invalid("_limit" if limit is None else "_skip", f"Must be a whole number; at most {_MOST_ITEMS} items at once.")
    shown = [only_fields(request, item) for item in items[skip : skip + limit]]
    return answer({"data": shown, "has_more": skip + limit < len(items), "total_results": len(items)})


def only_fields(request: web.Request, item: Item) -> Item:
    """The item with only the `_fields` asked for."""
    if "_fields" not in request.query:
        return item
    wanted = request.query["_fields"].split(",")
    return {name: value for name, value in item.items() if name in wanted}


def _shown(files: Sequence[Attached]) -> list[Item]:
    return [each.as_json() for each in files]


def _text(item: Mapping[str, Any]) -> str:
    return next((item[name] for name in ("note", "body_text", "text", "message_markdown") if item.get(name)), "")


# ---------------------------------------------------------------------------------------------- what each kind takes
_FIELDS = {
    "note": ("lead_id", "contact_id", "note", "note_html", "title", "pinned"),
    "email": (
        "lead_id",
        "contact_id",
        "status",
        "sender",
        "to",
        "cc",
        "bcc",
        "subject",
        "body_text",
        "body_html",
        "date_scheduled",
    ),
    "sms": ("lead_id", "contact_id", "status", "local_phone", "remote_phone", "text"),
    "whatsapp_message": _WHATSAPP_NEEDS,
    "opportunity": ("lead_id", "contact_id", "status_id", "note", "value", "value_period", "confidence"),
}


def _need(body: Mapping[str, Any], *names: str) -> None:
    for name in names:
        if body.get(name) in (None, ""):
            invalid(name, "This field is required.")
        if not isinstance(body[name], str):
            invalid(name, "Not a valid string.")


def _check_links(body: Mapping[str, Any]) -> None:
    lead, contact = body.get("lead_id"), body.get("contact_id")
    if lead is not None and lead not in LEADS:
        invalid("lead_id", "Object does not exist.")
    if contact is not None and (contact not in CONTACTS or (lead and CONTACTS[contact][0] != lead)):
        invalid("contact_id", "Object does not exist, or belongs to another lead.")


def _note(files: CloseFiles, body: Mapping[str, Any]) -> list[Attached]:
    _need(body, "lead_id")
    return files.attach(body.get("attachments"))


def _email(files: CloseFiles, body: Mapping[str, Any]) -> list[Attached]:
    _need(body, "lead_id", "status")
    if body["status"] not in _STATUSES:
        invalid("status", f"Must be one of {', '.join(_STATUSES)}.")
    if body["status"] in _NEEDS_SENDER:
        _need(body, "sender")
        if not _SENDER.fullmatch(body["sender"]):
            invalid("sender", 'Must be like "John Smith" <john@example.com>.')
    if body["status"] == "scheduled":
        _need(body, "date_scheduled")
    to = body.get("to")
    if to is not None and not (isinstance(to, list) and all(isinstance(each, str) and "@" in each for each in to)):
        invalid("to", "Must be a list of email addresses.")
    return files.attach(body.get("attachments"), needs=("size",))


def _sms(files: CloseFiles, body: Mapping[str, Any]) -> list[Attached]:
    _need(body, "status", "local_phone")
    if body["status"] not in _STATUSES:
        invalid("status", f"Must be one of {', '.join(_STATUSES)}.")
    return files.attach(body.get("attachments"), needs=("content_type",), types=_SMS_TYPES)


def _whatsapp(files: CloseFiles, body: Mapping[str, Any]) -> list[Attached]:
    _need(body, *_WHATSAPP_NEEDS)
    if body["direction"] not in ("incoming", "outgoing"):
        invalid("direction", "Must be incoming or outgoing.")
    attached = files.attach(body.get("attachments"), needs=("content_type",))
    if sum(each.stored.size for each in attached) > _WHATSAPP_MOST:
        invalid("attachments", "The attachments of one message cannot be larger than 25 MB in all.")
    return attached


def _opportunity(files: CloseFiles, body: Mapping[str, Any]) -> list[Attached]:
    if body.get("status_id") is not None and body["status_id"] not in OPPORTUNITY_STATUSES:
        invalid("status_id", "Object does not exist.")
    return files.attach(body.get("attachments"))


_CHECKS: Mapping[str, Callable[[CloseFiles, Mapping[str, Any]], list[Attached]]] = {
    "note": _note,
    "email": _email,
    "sms": _sms,
    "whatsapp_message": _whatsapp,
    "opportunity": _opportunity,
}
