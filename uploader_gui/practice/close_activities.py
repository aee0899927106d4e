"""Close's notes, emails, text messages, WhatsApp messages and opportunities: what files are attached to.

Sources: https://developer.close.com/api/resources/activities and https://developer.close.com/api/resources/opportunities
"""

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from aiohttp import web

from uploader_gui.practice.answers import Route, Vendor, answer, iso, read_object, refuse, whole_number
from uploader_gui.practice.close_checks import CHECKS, FIELDS, TEXTS, check_links
from uploader_gui.practice.close_files import COLLEAGUE, USER, Attached, CloseFiles, invalid
from uploader_gui.practice.history import History
from uploader_gui.practice.samples import LEADS, SAMPLES, USERS
from uploader_gui.practice.world import World

_MOST_ITEMS = 100

# What an activity must have beside its lead and its words.
_USUAL: Mapping[str, Mapping[str, Any]] = {
    "email": {"status": "draft", "to": []},
    "sms": {"status": "draft", "local_phone": SAMPLES["close"]["local_phone"]},
    "whatsapp_message": {
        "contact_id": SAMPLES["close"]["contact"],
        "direction": "incoming",
        "local_phone": SAMPLES["close"]["local_phone"],
        "remote_phone": SAMPLES["close"]["remote_phone"],
    },
}

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
        self._items: dict[str, History[str, Item]] = {kind: History(world.clock) for kind in CHECKS}
        self._attached: dict[str, list[Attached]] = {}
        self._start()

    def routes(self) -> Iterable[Route]:
        """Creating and listing each kind; reading and changing emails."""
        for kind in CHECKS:
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
            check_links(body)
            files = CHECKS[kind](self._files, body)
            external = body.get("external_whatsapp_message_id")
            if external and any(item["external_whatsapp_message_id"] == external for item in self._of(kind)):
                invalid("external_whatsapp_message_id", "A message with this id has been logged already.")
            return answer(self._make(kind, body, files))

        return handle

    def _lists(self, kind: str) -> Callable[[web.Request], Any]:
        async def handle(request: web.Request) -> web.Response:
            lead = request.query.get("lead_id")
            found = [item for item in self._of(kind) if lead in (None, item["lead_id"])]
            return listing(request, found, most=self._world.page_size)

        return handle

    async def _read_email(self, request: web.Request) -> web.Response:
        return answer(self._email(request))

    async def _change_email(self, request: web.Request) -> web.Response:
        body = await read_object(request, self._vendor)
        email = self._email(request)  # not before the body is there: somebody may change it meanwhile
        if email["status"] != "draft":
            refuse(400, {"errors": ["Only draft emails can be modified."], "field-errors": {}})
        changed = {**email, **{name: body[name] for name in FIELDS["email"] if name in body}}
        files = CHECKS["email"](self._files, {**changed, "attachments": body.get("attachments")})
        if "attachments" in body:
            # The whole list is replaced: what is not named again is gone.
            self._attached[email["id"]] = files
        email = self._change("email", {**changed, "attachments": _shown(self._attached[email["id"]])}, by=USER)
        self._world.attach(
            "close",
            "email",
            record=(email["id"], email["subject"] or "(no subject)"),
            made=email["id"],
            files=[(each.name, each.stored) for each in files if each.new],
            text=_text(email),
        )
        return answer(email)

    # ------------------------------------------------------------------------------------------ what people do
    def colleague_makes(
        self, kind: str, record: str, files: Sequence[tuple[str, bytes]], text: str, fields: Mapping[str, Any]
    ) -> str:
        """Let a colleague make something on a lead, as `PracticeService.as_colleague` says."""
        if kind not in CHECKS:
            raise ValueError(f"Close has no {kind!r} that takes files; there are {', '.join(CHECKS)}.")
        if record not in LEADS:
            raise ValueError(f"There is no lead {record!r}.")
        if unknown := {*fields} - {*FIELDS[kind]}:
            raise ValueError(f"What Close keeps as {kind} has no {', '.join(sorted(unknown))}.")
        body = {**_USUAL.get(kind, {}), "lead_id": record, TEXTS[kind]: text, **fields}
        if kind == "whatsapp_message" and "external_whatsapp_message_id" not in fields:
            body["external_whatsapp_message_id"] = secrets.token_hex(8)
        attached = [self._files.colleagues(name, content) for name, content in files]
        return str(self._make(kind, body, attached, by=COLLEAGUE)["id"])

    def edit(self, made: str, text: str) -> None:
        """Let a colleague change the words of something."""
        kind, item = self._find(made)
        self._change(kind, {**item, TEXTS[kind]: text}, by=COLLEAGUE)

    def remove_file(self, made: str, name: str) -> None:
        """Let a colleague take the files of this name off something."""
        kind, item = self._find(made)
        kept = [each for each in self._attached[made] if each.name != name]
        if len(kept) == len(self._attached[made]):
            raise ValueError(f"{made} has no file {name!r}.")
        self._attached[made] = kept
        self._change(kind, {**item, "attachments": _shown(kept)}, by=COLLEAGUE)

    def delete(self, made: str) -> None:
        """Let a colleague delete something."""
        self._items[self._find(made)[0]].remove(made)

    # ------------------------------------------------------------------------------------------ items
    def _of(self, kind: str) -> list[Item]:
        return self._items[kind].values()[::-1]

    def _email(self, request: web.Request) -> Item:
        email = self._items["email"].get(request.match_info["id"])
        if not email:
            refuse(404, {"error": "Activity.Email does not exist."})
        return email

    def _find(self, made: str) -> tuple[str, Item]:
        for kind, items in self._items.items():
            if item := items.get(made):
                return kind, item
        raise ValueError(f"Close has nothing with the id {made!r}.")

    def _make(self, kind: str, body: Mapping[str, Any], files: Sequence[Attached], *, by: str = USER) -> Item:
        item = self._item(kind, body, files, by=by)
        self._items[kind].put(item["id"], item)
        lead = body.get("lead_id") or ""
        self._world.attach(
            "close",
            kind,
            record=(lead, LEADS.get(lead, "")),
            made=item["id"],
            files=[(each.name, each.stored) for each in files],
            text=_text(item),
            by="" if by == USER else USERS[by],
        )
        return item

    def _item(
        self, kind: str, body: Mapping[str, Any], files: Sequence[Attached], *, by: str = USER, made: str = ""
    ) -> Item:
        now = iso(self._world.clock())
        made = made or f"{'oppo' if kind == 'opportunity' else 'acti'}_{secrets.token_urlsafe(18)}"
        self._attached[made] = list(files)
        return {
            **{name: body.get(name) for name in FIELDS[kind]},
            "id": made,
            # Whom it belongs to, which people may change; created_by stays.
            "user_id": by,
            "user_name": USERS[by],
            "created_by": by,
            "created_by_name": USERS[by],
            "updated_by": by,
            "updated_by_name": USERS[by],
            "date_created": now,
            "date_updated": now,
            "attachments": _shown(files),
        }

    def _change(self, kind: str, changed: Item, *, by: str) -> Item:
        now = iso(self._world.clock())
        item = {**changed, "updated_by": by, "updated_by_name": USERS[by], "date_updated": now}
        self._items[kind].put(item["id"], item)
        return item

    def _start(self) -> None:
        terms = self._files.sample("terms.txt", "text/plain", b"Payment within 30 days.\n")
        for made, lead, status, subject, files in (
            ("acti_sent_globex", "lead_globex", "sent", "Nice to meet you", []),
            ("acti_draft_initech", "lead_initech", "draft", "The report you asked for", []),
            ("acti_draft_acme", "lead_acme", "draft", "Angebot für März", []),
            ("acti_draft_globex", "lead_globex", "draft", "Our offer", [terms]),
        ):
            body = {"lead_id": lead, "status": status, "subject": subject, "to": []}
            self._items["email"].start_with(made, self._item("email", body, files, made=made))


def listing(request: web.Request, items: Sequence[Item], *, most: int | None = None) -> web.Response:
    """A list cut by `_limit` and `_skip`, with only the `_fields` asked for; at most `most` items at once."""
    limit = whole_number(request.query.get("_limit"), default=100, least=1, most=_MOST_ITEMS)
    skip = whole_number(request.query.get("_skip"), default=0, most=10**9)
    if limit is None or skip is None:
        invalid("_limit" if limit is None else "_skip", f"Must be a whole number; at most {_MOST_ITEMS} items at once.")
    limit = min(limit, most or limit)
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
