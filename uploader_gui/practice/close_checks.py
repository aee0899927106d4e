"""What Close asks of the notes, emails, messages and opportunities that are sent to it.

Source: https://developer.close.com/api/resources/activities
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from uploader_gui.practice.close_files import Attached, CloseFiles, invalid
from uploader_gui.practice.samples import CONTACTS, LEADS, OPPORTUNITY_STATUSES

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
FIELDS: Mapping[str, tuple[str, ...]] = {
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
"""The fields that each kind keeps of what it is sent, beside its attachments."""

TEXTS: Mapping[str, str] = {
    "note": "note",
    "email": "body_text",
    "sms": "text",
    "whatsapp_message": "message_markdown",
    "opportunity": "note",
}
"""The field that holds each kind's words."""


def _need(body: Mapping[str, Any], *names: str) -> None:
    for name in names:
        if body.get(name) in (None, ""):
            invalid(name, "This field is required.")
        if not isinstance(body[name], str):
            invalid(name, "Not a valid string.")


def check_links(body: Mapping[str, Any]) -> None:
    """Refuse a lead or a contact that is not there."""
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


CHECKS: Mapping[str, Callable[[CloseFiles, Mapping[str, Any]], list[Attached]]] = {
    "note": _note,
    "email": _email,
    "sms": _sms,
    "whatsapp_message": _whatsapp,
    "opportunity": _opportunity,
}
"""What looks over a body of each kind and gives its files."""
