"""Digests of files. MD5 here proves nothing against an attacker; it is what storage compares with."""

import base64
import hashlib
from collections.abc import Iterable

PIECE = 256 * 1024


class Digests:
    """Takes several digests in one pass.

    Args:
        names: Of "md5" and "sha256", those that are wanted.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._running = {name: hashlib.new(name, usedforsecurity=False) for name in sorted(set(names))}

    def update(self, piece: bytes) -> None:
        """Take the next bytes in."""
        for running in self._running.values():
            running.update(piece)

    def hex(self) -> dict[str, str]:
        """The digests of all bytes so far, in hexadecimal, by name."""
        return {name: running.hexdigest() for name, running in self._running.items()}


def base64_of(hexadecimal: str) -> str:
    """A digest as HTTP headers want it (RFC 1864): Base64 of its bytes."""
    return base64.b64encode(bytes.fromhex(hexadecimal)).decode("ascii")
