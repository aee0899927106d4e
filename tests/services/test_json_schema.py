"""The JSON Schema that editors use: it takes the good files, refuses plain mistakes, and does not change by itself."""

import datetime as dt
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from uploader_gui.core.places import resources
from uploader_gui.services.schema import json_schema

SCHEMA = json_schema()
FILES = [*sorted((resources() / "services").glob("*.toml")), Path(__file__).parent / "gallery" / "base.toml"]
TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str, dt.date),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}
KNOWN = {
    "$defs", "$ref", "$schema", "additionalProperties", "anyOf", "const", "default", "description", "enum", "format",
    "items", "maxItems", "maxLength", "maxProperties", "maximum", "minItems", "minLength", "minProperties", "minimum",
    "pattern", "patternProperties", "properties", "propertyNames", "required", "title", "type",
}  # fmt: skip


def fits(value: Any, schema: dict[str, Any]) -> bool:
    """Whether a value fits a schema: the part of JSON Schema that pydantic writes."""
    assert set(schema) <= KNOWN, set(schema) - KNOWN
    if "$ref" in schema:
        return fits(value, SCHEMA["$defs"][schema["$ref"].removeprefix("#/$defs/")])
    if "anyOf" in schema:
        return any(fits(value, one) for one in schema["anyOf"])
    types = schema.get("type", list(TYPES))
    types = [types] if isinstance(types, str) else types
    if not any(isinstance(value, TYPES[one]) and (one == "boolean") is isinstance(value, bool) for one in types):
        return False
    if ("const" in schema and value != schema["const"]) or ("enum" in schema and value not in schema["enum"]):
        return False
    return _sized(value, schema) and _members_fit(value, schema)


def _sized(value: Any, schema: dict[str, Any]) -> bool:
    if isinstance(value, str):
        long_enough = schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", 10**9)
        return long_enough and re.search(schema.get("pattern", ""), value) is not None
    if isinstance(value, int | float):
        return bool(schema.get("minimum", -(10**99)) <= value <= schema.get("maximum", 10**99))
    least = schema.get("minItems", schema.get("minProperties", 0))
    most = schema.get("maxItems", schema.get("maxProperties", 10**9))
    return not isinstance(value, list | dict) or bool(least <= len(value) <= most)


def _members_fit(value: Any, schema: dict[str, Any]) -> bool:
    if isinstance(value, list):
        return all(fits(one, schema.get("items", {})) for one in value)
    if not isinstance(value, dict):
        return True
    if not set(schema.get("required", ())) <= set(value):
        return False
    return all(fits(one, _of_member(name, schema)) for name, one in value.items())


def _of_member(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of one member; one that nothing fits where there can be none."""
    if name in schema.get("properties", {}):
        return dict(schema["properties"][name])
    for pattern, one in schema.get("patternProperties", {}).items():
        if re.search(pattern, name):
            return dict(one)
    others = schema.get("additionalProperties", True)
    return {} if others is True else dict(others) if others else {"enum": []}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_good_files_fit(path: Path) -> None:
    """An editor that uses the schema underlines nothing in the four files."""
    assert fits(tomllib.loads(path.read_text()), SCHEMA)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("format = 1", "format = 2"),
        ('label = "Note on a deal"', 'lable = "Note on a deal"'),
        ('seen_by = "team"', 'seen_by = "friends"'),
        ('seen_by = "team"', ""),
        ("list = true", 'list = "true"'),
        ('targets = ["note"]', "targets = []"),
        ('expires = "60 s"', "expires = [60]"),
        ('expires = "60 s"', "success = [20]"),
        ('expires = "60 s"', 'headers = { Accept = ["a"] }'),
        ('id = "acme"', 'id = "Acme"'),
        ('call = "POST /uploads"', "call = 5"),
    ],
)
def test_mistakes_do_not_fit(old: str, new: str) -> None:
    """What an editor can know, it underlines: unknown and missing keys, wrong types and words."""
    text = FILES[-1].read_text()
    assert text.count(old) == 1
    assert not fits(tomllib.loads(text.replace(old, new)), SCHEMA)


def test_it_is_the_same_everywhere() -> None:
    """Another process writes the same schema, byte for byte, whatever its hashes are."""
    code = "import json; from uploader_gui.services.schema import json_schema; print(json.dumps(json_schema()))"
    other = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": "1"}
    )
    assert other.stdout.strip() == json.dumps(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
