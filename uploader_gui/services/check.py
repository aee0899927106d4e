"""From a service file's bytes to frozen values, or to every mistake in it at once."""

import re
import tomllib

import pydantic

from uploader_gui.services import schema, whole
from uploader_gui.services.mending import Mender
from uploader_gui.services.mistakes import MOST, Mistake, ServiceFileError
from uploader_gui.services.structure import Raw, mistakes_in

MAX_FILE = 256 * 1024
MAX_DOTS = 100  # in one line: tomllib takes ages over a key of thousands of parts
ROUNDS = 20
DEEP = "the file is nested too deeply"


def read(name: str, content: bytes) -> schema.Service:
    """Read and check a service file.

    Args:
        name: The file's name, for messages.
        content: Its bytes.

    Raises:
        ServiceFileError: With every mistake that was found.
    """
    try:
        mistakes, service = _read(_parsed(content))
    except ValueError as error:
        raise ServiceFileError(name, [Mistake(key="", text=str(error))]) from None
    except RecursionError:
        raise ServiceFileError(name, [Mistake(key="", text=DEEP)]) from None
    if mistakes or service is None:
        raise ServiceFileError(name, mistakes)
    return service


def _parsed(content: bytes) -> Raw:
    """Parse the bytes. Raises ValueError with a sentence."""
    if len(content) > MAX_FILE:
        raise ValueError(f"the file is larger than {MAX_FILE // 1024} KiB, far more than a service file can need")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError("the file is not UTF-8 text: save it as UTF-8") from None
    if any(line.count(".") > MAX_DOTS for line in text.splitlines()):
        raise ValueError(DEEP)
    try:
        return tomllib.loads(text.replace("\r\n", "\n"))
    except ValueError as error:
        # "Cannot declare ('targets', 'note') twice (at line 9, column 14)"
        reason = re.sub(
            r"\(('[^()]*',?)\)", lambda found: "“" + ".".join(re.findall(r"'(.*?)'", found[1])) + "”", str(error)
        )
        raise ValueError(f"the file is not TOML: {reason}") from None


def _read(raw: Raw) -> tuple[list[Mistake], schema.Service | None]:
    """Read what can be read.

    What is wrong is left out, or something stands in for it, and the rest is read again, so that it is checked too.
    """
    written = raw.get("format")
    if isinstance(written, int) and written > schema.FORMAT:
        text = f"this file has format {written} and needs a newer program; this program reads format {schema.FORMAT}"
        return [Mistake(key="format", text=text)], None
    found: dict[Mistake, None] = {}
    mender = Mender(raw)
    for _ in range(ROUNDS):
        try:
            service = schema.Service.model_validate(raw)
        except pydantic.ValidationError as error:
            details = error.errors(include_url=False, include_input=False)
        else:
            found.update(dict.fromkeys(sorted(one for one in set(whole.check(service)) if not mender.follows(one))))
            return list(found), service
        # First the keys, then the values: a misspelt one is put right before anything is said to be missing.
        details = [one for one in details if one["type"] == "extra_forbidden"] or details
        told = [mistake for one in details[: MOST + 1] for mistake in mistakes_in(raw, one)]
        found.update(dict.fromkeys(one for one in told if not mender.follows(one)))
        # From the end, so that the places of what stands before stay.
        mended = [mender.mend(one) for one in reversed(details[: MOST + 1])]
        if len(found) > MOST or not all(mended):
            break
    return list(found), None


__all__ = ["Mistake", "ServiceFileError", "read"]
