"""The connections of a lane: how pieces are written on them."""

import gc
import weakref
from typing import Any

from uploader_gui.core.cancel import CancelToken
from uploader_gui.engine.sockets import Deadline, Sockets


class _Stream:
    """A connection that takes 3 bytes at a time, as httpcore's does with what it is given."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.kinds: set[type] = set()

    def get_extra_info(self, _name: str) -> "_Stream":
        """Be one's own socket."""
        return self

    def fileno(self) -> int:
        """Be open."""
        return 7

    def write(self, buffer: Any, timeout: float | None = None) -> None:
        """Write all of it."""
        assert timeout == 5.0
        while buffer:
            self.kinds.add(type(buffer))
            self.written.append(bytes(buffer[:3]))
            buffer = buffer[3:]


def test_the_rest_of_a_piece_is_not_copied() -> None:
    """What a connection has not taken yet of a piece stays where it is; and the connection is let go of at once."""
    stream = _Stream()
    watch = Sockets().watch(CancelToken(), Deadline(60, lambda: None))
    watch("connection.connect_tcp.complete", {"return_value": stream})
    stream.write(b"12345678", timeout=5.0)
    assert stream.written == [b"123", b"456", b"78"]
    assert stream.kinds == {memoryview}
    written, gone = stream.written, weakref.ref(stream)
    gc.disable()
    try:
        del stream, watch
        assert gone() is None
    finally:
        gc.enable()
    assert written
