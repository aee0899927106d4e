"""Kizen's objects, records and smart connectors.

Source: https://developer.kizen.com/docs/concepts/objects/record-operations
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NoReturn, Protocol

from aiohttp import web

from uploader_gui.practice.answers import Route, Vendor, answer, page_of, read_object, refuse, whole_number
from uploader_gui.practice.history import History
from uploader_gui.practice.samples import CONNECTORS, FILE_FIELDS, OBJECTS, RECORDS, stable_uuid
from uploader_gui.practice.world import StoredObject, World


class File(Protocol):
    """What is asked of a file that a record is to hold."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def source(self) -> str:
        """What it was signed for."""

    @property
    def stored(self) -> StoredObject | None:
        """Its bytes, once confirmed."""


class KizenRecords:
    """The records of one business.

    Args:
        vendor: Gives errors their shape.
        world: Where attachments are written down.
        origin: The server's own.
        files: All files by id.
    """

    def __init__(self, *, vendor: Vendor, world: World, origin: str, files: Mapping[str, File]) -> None:
        self._vendor = vendor
        self._world = world
        self._origin = origin
        self._files = files
        self._values: History[tuple[str, str], list[str]] = History(world.clock)
        self._inputs: History[str, str] = History(world.clock)

    def routes(self) -> Iterable[Route]:
        """Reading and changing records and connectors, and the lists to choose them from."""
        record = "/api/records/{object}/{id}"
        connector = "/api/smart-connectors/{id}"
        looked_up = ("lookup",)
        yield Route(method="GET", path="/api/custom-objects", handler=self._objects, steps=("check", "lookup"))
        yield Route(method="GET", path="/api/custom-objects/{object}/fields", handler=self._fields, steps=looked_up)
        yield Route(method="POST", path="/api/records/{object}/search", handler=self._search, steps=looked_up)
        yield Route(method="GET", path=record, handler=self._read, steps=("lookup", "prepare", "verify"))
        yield Route(method="PATCH", path=record, handler=self._change, steps=("attach",))
        yield Route(method="GET", path="/api/smart-connectors", handler=self._connectors, steps=looked_up)
        yield Route(method="GET", path=connector, handler=self._connector, steps=("lookup", "verify"))
        yield Route(method="PATCH", path=connector, handler=self._set_input, steps=("attach",))

    # ------------------------------------------------------------------------------------------ objects
    async def _objects(self, request: web.Request) -> web.Response:
        shown = [{"id": each, "object_name": name, "label": label} for name, (each, label) in OBJECTS.items()]
        return self._paged(request, shown)

    async def _fields(self, request: web.Request) -> web.Response:
        _object(request)
        name = {"id": stable_uuid("field:name"), "name": "name", "label": "Name", "field_type": "text"}
        files = [
            {"id": stable_uuid(f"field:{each}"), "name": each, "label": label, "field_type": "files"}
            for each, label in FILE_FIELDS.items()
        ]
        return answer([name, *files])

    # ------------------------------------------------------------------------------------------ records
    async def _search(self, request: web.Request) -> web.Response:
        wanted = _object(request)
        body = await read_object(request, self._vendor)
        if not isinstance(body.get("query"), list) or not isinstance(body.get("field_names"), list):
            refuse(400, {name: ["This field is required."] for name in ("query", "field_names") if name not in body})
        words = request.query.get("search", "").casefold().split()
        found = [
            self._record(each)
            for each, (of, name) in RECORDS.items()
            if of == wanted and all(word in name.casefold() for word in words)
        ]
        return self._paged(request, found)

    async def _read(self, request: web.Request) -> web.Response:
        return answer(self._record(_record(request)))

    async def _change(self, request: web.Request) -> web.Response:
        record = _record(request)
        body = await read_object(request, self._vendor)
        changes = body.get("fields")
        if not isinstance(changes, list) or not changes:
            refuse(400, {"fields": ["This field is required."]})
        values = dict(self._value_of(change) for change in changes)
        new: list[str] = []
        for field, ids in values.items():
            new += [each for each in ids if each not in (self._values.get((record, field)) or [])]
            # The whole value is replaced: what is not named again is gone.
            self._values.put((record, field), ids)
        self._attach("record_field", (record, RECORDS[record][1]), record, new, ", ".join(values))
        return answer(self._record(record))

    def _value_of(self, change: Any) -> tuple[str, list[str]]:
        if not isinstance(change, dict):
            _wrong("Each of the fields must be an object.", "invalid")
        names = {stable_uuid(f"field:{each}"): each for each in FILE_FIELDS} | {each: each for each in FILE_FIELDS}
        field = names.get(str(change.get("name") or change.get("id")))
        if not field:
            _wrong(f"There is no files field {change.get('name')!r}.", "field_does_not_exist")
        ids = change.get("value")
        if not isinstance(ids, list) or not all(isinstance(each, str) for each in ids) or len({*ids}) < len(ids):
            _wrong("The value of a files field must be a list of file ids, each once.", "invalid")
        for each in ids:
            self._confirmed(each, "field_value")
        return field, ids

    # ------------------------------------------------------------------------------------------ smart connectors
    async def _connectors(self, request: web.Request) -> web.Response:
        return self._paged(request, [self._shown(each) for each in CONNECTORS])

    async def _connector(self, request: web.Request) -> web.Response:
        return answer(self._shown(_connector(request)))

    async def _set_input(self, request: web.Request) -> web.Response:
        connector = _connector(request)
        body = await read_object(request, self._vendor)
        file = body.get("source_file_id")
        if not isinstance(file, str):
            refuse(400, {"source_file_id": ["This field is required."]})
        self._confirmed(file, "smart_connector_import")
        new = [file] if self._inputs.get(connector) != file else []
        self._inputs.put(connector, file)
        self._attach("connector_input", (connector, CONNECTORS[connector]), connector, new, "")
        return answer(self._shown(connector))

    # ------------------------------------------------------------------------------------------ all of them
    def _confirmed(self, file: str, source: str) -> None:
        known = self._files.get(file)
        if not known or not known.stored:
            _wrong(f'Invalid pk "{file}" - object does not exist.', "does_not_exist")
        if known.source != source:
            _wrong(f"The file was uploaded as {known.source}, not as {source}.", "invalid_source")

    def _attach(self, kind: str, record: tuple[str, str], made: str, ids: Sequence[str], text: str) -> None:
        files = [self._files[each] for each in ids]
        pairs = [(file.name, file.stored) for file in files if file.stored]
        self._world.attach("kizen", kind, record=record, made=made, files=pairs, text=text)

    def _record(self, record: str) -> dict[str, Any]:
        name = RECORDS[record][1]
        files = [
            {"name": each, "field_type": "files", "value": self._values.get((record, each)) or []}
            for each in FILE_FIELDS
        ]
        return {"id": record, "name": name, "fields": [{"name": "name", "field_type": "text", "value": name}, *files]}

    def _shown(self, connector: str) -> dict[str, Any]:
        return {"id": connector, "name": CONNECTORS[connector], "source_file_id": self._inputs.get(connector)}

    def _paged(self, request: web.Request, items: Sequence[Mapping[str, Any]]) -> web.Response:
        size = whole_number(request.query.get("page_size"), default=20, least=1, most=100)
        number = whole_number(request.query.get("page"), default=1, least=1, most=10**6)
        if size is None or number is None or (number > 1 and (number - 1) * size >= len(items)):
            refuse(404, {"detail": "Invalid page."})
        page = page_of(items, number=number, size=size)
        beside = f"{self._origin}{request.path}?page_size={size}&page="
        return answer(
            {
                "count": page.count,
                "next": f"{beside}{number + 1}" if page.more else None,
                "previous": f"{beside}{number - 1}" if number > 1 else None,
                "results": list(page.items),
            }
        )


def _object(request: web.Request) -> str:
    wanted = request.match_info["object"]
    for name, (each, _) in OBJECTS.items():
        if wanted in (name, each):
            return name
    refuse(404, {"detail": "Not found."})
    return None


def _record(request: web.Request) -> str:
    record = request.match_info["id"]
    if record not in RECORDS or RECORDS[record][0] != _object(request):
        refuse(404, {"detail": "Not found."})
    return record


def _connector(request: web.Request) -> str:
    connector = request.match_info["id"]
    if connector not in CONNECTORS:
        refuse(404, {"detail": "Not found."})
    return connector


def _wrong(message: str, code: str) -> NoReturn:
    refuse(400, {"errors": [{"message": message, "code": code}]})
