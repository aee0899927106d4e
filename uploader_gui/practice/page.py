"""The page: what was attached where, and buttons to misbehave."""

import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from urllib.parse import urlencode

from aiohttp import web

from uploader_gui.practice.answers import Refusal, Route, answer, path_part, read_object, refuse
from uploader_gui.practice.fault import KINDS, STEPS, Fault
from uploader_gui.practice.faults import Faults
from uploader_gui.practice.storage import download
from uploader_gui.practice.world import AttachedFile, Attachment, StoredObject, World

_NAMES = {"close": "Close", "kizen": "Kizen", "haufe": "Haufe Copilot", "circle": "Circle"}
_KINDS = {
    "note": "Note",
    "email": "Email",
    "sms": "Text message",
    "whatsapp_message": "WhatsApp message",
    "opportunity": "Opportunity",
    "record_field": "Files of a record",
    "connector_input": "Input of a smart connector",
    "message": "Message in a thread",
    "chat_message": "Chat message",
    "post": "Post",
    "image_post": "Image post",
    "avatar": "Profile picture",
}
_BUTTONS: Sequence[tuple[str, Mapping[str, str]]] = (
    ("Lose the connection in the next upload", {"kind": "reset", "step": "transfer", "after": "65536"}),
    ("Store the next file, lose the answer", {"kind": "drop_after_store"}),
    ("Attach next time, lose the answer", {"kind": "drop_after_attach"}),
    ("“Too many requests” for 5 s", {"kind": "rate_limit", "seconds": "5"}),
    ("Not available, three times", {"kind": "unavailable", "times": "3"}),
    ("Form or address expired", {"kind": "expired"}),
    ("Hang until told to behave", {"kind": "stall", "times": "0"}),
    ("Lists lag 20 s behind", {"kind": "lag", "seconds": "20", "times": "0"}),
)
_STYLE = """
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 15%, transparent);
  --soft: color-mix(in srgb, currentColor 60%, transparent); --card: color-mix(in srgb, currentColor 4%, transparent); }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 62rem; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
p { margin: .25rem 0; } .soft { color: var(--soft); } a { color: LinkText; }
article, form.behave { border: 1px solid var(--line); background: var(--card); border-radius: .6rem;
  padding: .75rem 1rem; margin: .5rem 0; }
article header { display: flex; gap: .75rem; justify-content: space-between; flex-wrap: wrap; }
article p.text { white-space: pre-wrap; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; margin-top: .4rem; table-layout: fixed; }
td { padding: .2rem .75rem .2rem 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; vertical-align: top; }
td.size { width: 7rem; text-align: right; } td.md5 { width: 17rem; font: 12px/1.9 ui-monospace, monospace; }
.buttons { display: flex; flex-wrap: wrap; gap: .5rem; margin: .5rem 0; } .buttons form { margin: 0; }
button { font: inherit; padding: .3rem .8rem; border-radius: .4rem; border: 1px solid var(--line);
  background: var(--card); color: inherit; cursor: pointer; } button:hover { border-color: currentColor; }
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"


class PracticePage:
    """The page and the switch, for whoever has the token.

    Args:
        world: What there is to show.
        faults: What the switch switches.
        token: Guards both.
        services: The ids, in the order to show them.
    """

    id = ""
    prefix = ""

    def __init__(self, *, world: World, faults: Faults, token: str, services: Sequence[str]) -> None:
        self._world = world
        self._faults = faults
        self._token = token
        self._services = services

    def routes(self) -> Iterable[Route]:
        """The page, its downloads and its buttons; the switch for programs."""
        yield Route(method="GET", path="/", handler=self._show)
        yield Route(method="GET", path="/download/{service}/{sha256}/{name}", handler=self._download)
        yield Route(method="POST", path="/button", handler=self._button)
        yield Route(method="GET", path="/faults", handler=self._list)
        yield Route(method="POST", path="/faults", handler=self._add)
        yield Route(method="DELETE", path="/faults", handler=self._clear)

    def authorize(self, request: web.Request) -> None:
        """The token, in the query."""
        if not hmac.compare_digest(request.query.get("token", "").encode(), self._token.encode()):
            refuse(403, {"detail": "This needs the token; open the practice service from the program."})

    def refusal(self, status: int, message: str) -> Refusal:
        """{"detail": …}."""
        return Refusal(status, json.dumps({"detail": message}))

    # ------------------------------------------------------------------------------------------ the switch
    async def _list(self, _: web.Request) -> web.Response:
        return answer({"waiting": [each.as_json() for each in self._faults.waiting()], "kinds": KINDS, "steps": STEPS})

    async def _add(self, request: web.Request) -> web.Response:
        try:
            fault = Fault.from_json(await read_object(request, self))
        except ValueError as error:
            refuse(400, {"detail": str(error)})
        self._faults.add(fault)
        return answer(fault.as_json(), 201)

    async def _clear(self, _: web.Request) -> web.Response:
        self._faults.clear()
        return web.Response(status=204)

    async def _button(self, request: web.Request) -> web.Response:
        form = await request.post()
        pressed = str(form.get("button", ""))
        if pressed == "behave":
            self._faults.clear()
        elif pressed.isdecimal() and int(pressed) < len(_BUTTONS):
            numbers = {"after", "times", "seconds"}
            chosen = _BUTTONS[int(pressed)][1]
            body = {name: int(value) if name in numbers else value for name, value in chosen.items()}
            self._faults.add(Fault.from_json(body))
        return web.Response(status=303, headers={"Location": f"/?{urlencode({'token': self._token})}"})

    # ------------------------------------------------------------------------------------------ the page
    async def _download(self, request: web.Request) -> web.StreamResponse:
        for stored in self._world.stored(request.match_info["service"], everyone=True):
            if stored.sha256 == request.match_info["sha256"]:
                return download(stored, request.match_info["name"])
        raise self.refusal(404, "There is no such file.")

    async def _show(self, _: web.Request) -> web.Response:
        sections = "".join(self._section(service) for service in self._services)
        token = urlencode({"token": self._token})
        buttons = "".join(
            f'<form method="post" action="/button?{token}"><input type="hidden" name="button" value="{number}">'
            f"<button>{escape(label)}</button></form>"
            for number, (label, _) in enumerate(_BUTTONS)
        )
        waiting = "".join(f"<p>{escape(_said(each))}</p>" for each in self._faults.waiting())
        behave = (
            f'<form class="behave" method="post" action="/button?{token}">{waiting}'
            '<input type="hidden" name="button" value="behave"><button>Behave again</button></form>'
            if waiting
            else ""
        )
        html = (
            '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" '
            'content="width=device-width"><meta http-equiv="refresh" content="5">'
            f"<title>Practice service</title><style>{_STYLE}</style></head><body><h1>Practice service</h1>"
            '<p class="soft">Everything here happens on this computer. Nothing was sent anywhere, '
            "and all of it is deleted when the service stops.</p>"
            f'{sections}<h2>Misbehave</h2><p class="soft">See what the program does when a service does not work '
            f'as it should.</p><div class="buttons">{buttons}</div>{behave}</body></html>'
        )
        return web.Response(
            text=html,
            content_type="text/html",
            headers={
                "Content-Security-Policy": _POLICY,
                "Referrer-Policy": "no-referrer",
                "X-Frame-Options": "DENY",
            },
        )

    def _section(self, service: str) -> str:
        attached = "".join(self._attachment(each) for each in reversed(self._world.attachments(service, everyone=True)))
        loose = self._world.unattached(service)
        if loose:
            rows = "".join(self._row(service, each) for each in loose)
            attached += f"<article><header><b>Stored, not attached yet</b></header><table>{rows}</table></article>"
        nothing = '<p class="soft">Nothing has arrived yet.</p>'
        return f"<section><h2>{escape(_NAMES[service])}</h2>{attached or nothing}</section>"

    def _attachment(self, attachment: Attachment) -> str:
        at = datetime.fromtimestamp(attachment.at, UTC).astimezone().strftime("%H:%M:%S")
        where = attachment.record_name or attachment.record or "no record"
        text = f'<p class="text">{escape(attachment.text)}</p>' if attachment.text else ""
        rows = "".join(self._row(attachment.service, each) for each in attachment.files)
        kind = _KINDS.get(attachment.kind, attachment.kind) + (f" · by {attachment.by}" if attachment.by else "")
        return (
            f"<article><header><span><b>{escape(where)}</b> · {escape(kind)}</span>"
            f'<span class="soft">{at}</span></header>{text}<table>{rows}</table></article>'
        )

    def _row(self, service: str, file: AttachedFile | StoredObject) -> str:
        token = urlencode({"token": self._token})
        link = escape(f"/download/{service}/{file.sha256}/{path_part(file.name)}?{token}")
        return (
            f'<tr><td><a href="{link}">{escape(file.name)}</a></td><td class="size">{_size(file.size)}</td>'
            f'<td class="md5 soft" title="MD5">{file.md5}</td></tr>'
        )


def _size(size: int) -> str:
    """A size for people, in decimal units."""
    if size < 1000:
        return f"{size} B"
    amount = float(size)
    for unit in ("kB", "MB"):
        amount /= 1000
        if amount < 999.95:
            return f"{amount:.1f} {unit}"
    return f"{amount / 1000:.1f} GB"


def _said(fault: Fault) -> str:
    where = f" of {_NAMES.get(fault.service, fault.service)}" if fault.service else ""
    step = f", {fault.step}" if fault.step else ""
    return f"Waiting: {fault.kind.replace('_', ' ')}{where}{step}"
