"""Keys that stand in a service file itself: whoever gets the file would have them.

Told by where they stand, and by what is no word: a header that signs in, or a value whose name says that it is a key,
must come from the account. Words and plain numbers may stand there ("X-Api-Version: 3", "token_type": "bearer").
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from uploader_gui.core.harmless import harmless
from uploader_gui.services.mistakes import Mistake
from uploader_gui.services.survey import Place

SAYS = (
    "a key seems to stand in the file itself, where whoever gets the file sees it: make it a secret field of the "
    "account, and write ${account.FIELD} here"
)
_SIGNING_IN = frozenset({"authorization", "proxy-authorization"})
_NAMES_A_KEY = re.compile(
    r"(?:token|secret|password|passwd|passphrase|(?:api|access|auth|private|secret)[-_]?key)$", re.IGNORECASE
)
_QUERY = re.compile(r"[?&]([\w.~-]+)=([^&#]*)")
_JOINTS = "._-~:/+;=,* "


def of_place(place: Place) -> Iterator[Mistake]:
    """Find a key in a template."""
    if place.kind == "address":
        # What an expression follows is filled in.
        parts = [part if isinstance(part, str) else "${" for part in place.template.parts]
        pairs = _QUERY.findall("".join(parts))
        found = any(_is_key(name, value) for name, value in pairs if "${" not in value)
    else:
        name = re.sub(r"(\[\d+\])+$", "", place.key).rpartition(".")[2]
        signs_in = place.step == "account"
        found = not place.template.expressions and _is_key(name, place.template.source, signs_in=signs_in)
    if found:
        yield Mistake(key=place.key, text=SAYS)


def of_values(key: str, values: Mapping[str, Any]) -> Iterator[Mistake]:
    """Find keys among plain values, by their names. `key`: where they stand."""
    for name, value in values.items():
        if isinstance(value, str) and _is_key(name, value):
            yield Mistake(key=f"{key}.{name}", text=SAYS)


def _is_key(name: str, value: str, *, signs_in: bool = False) -> bool:
    if not value or (name.lower() not in _SIGNING_IN and harmless(value, joints=_JOINTS)):
        return False
    return signs_in or name.lower() in _SIGNING_IN or _NAMES_A_KEY.search(name) is not None
