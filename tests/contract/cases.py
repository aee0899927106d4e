"""Every target of every service file, with inputs and files it takes. A new service file joins by itself.

Its ids come from the practice service's samples: by the name of an input's lookup, else by the input's own name.
"""

import functools
import os
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

from uploader_gui.practice import SAMPLES
from uploader_gui.services import catalogue, schema
from uploader_gui.services.flow import Flow, flow


@dataclass(frozen=True, kw_only=True)
class Case:
    """One target."""

    service: str
    target: str

    @property
    def flow(self) -> Flow:
        """What happens with files that go there."""
        return _flow(self.service, self.target)

    @property
    def inputs(self) -> dict[str, str]:
        """Everything that must be filled in."""
        return {one.id: self._sample(one) for one in self.flow.target.inputs if not one.optional}

    def _sample(self, one: schema.Input) -> str:
        known = SAMPLES[self.service]
        if one.choices:
            return one.choices[0].id
        return known.get(one.lookup or one.id) or known.get(one.id) or f"a {one.id} 😀"

    @property
    def attaches(self) -> bool:
        """Whether it ends with an attach."""
        return self.flow.target.call is not None

    @property
    def pictures(self) -> bool:
        """Whether it takes nothing but pictures."""
        return any(limits.types == ("image/*",) for limits in self.flow.limits)

    def name(self, stem: str) -> str:
        """A name of a file it takes."""
        return f"{stem}.{'png' if self.pictures else 'pdf'}"

    def shown(self, name: str) -> str:
        """What the service calls a file of this name: Rails, which Circle is made with, cleans names."""
        return name.translate(str.maketrans("%$|:;\\", "------")) if self.service == "circle" else name

    def file(self, folder: Path, stem: str | bytes = "Offer") -> Path:
        """Write a file it takes, unlike any other."""
        ending = os.fsencode(self.name(""))
        path = Path(os.fsdecode(os.fsencode(folder) + b"/" + os.fsencode(stem) + ending))
        path.write_bytes((picture() if self.pictures else b"%PDF-1.7\r\n\0") + os.urandom(3000))
        return path


@functools.cache
def _flow(service: str, target: str) -> Flow:
    return flow(catalogue.find(service), target)


def picture(width: int = 3, height: int = 2) -> bytes:
    """A PNG (https://www.w3.org/TR/png-3/#11IHDR)."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    rows = b"".join(b"\0" + bytes(3 * width) for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def cases() -> list[Case]:
    """All targets of all service files."""
    return [
        Case(service=service, target=target)
        for service in catalogue.bundled()
        for target in catalogue.find(service).targets
    ]


def case_id(case: Case) -> str:
    """Name a case in a test's name."""
    return f"{case.service}-{case.target}"
