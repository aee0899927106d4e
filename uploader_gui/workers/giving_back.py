"""Memory that was needed on the way, given back to the system."""

import contextlib
import ctypes
import sys


def give_back() -> None:
    """Give back what is free of this process's memory; takes a millisecond.

    The C library of most Linux systems (glibc) keeps what was freed beneath something that is still in use, for later:
    after a hundred thousand files were added that is 15 MB (https://man7.org/linux/man-pages/man3/malloc_trim.3.html).
    Elsewhere nothing is done.
    """
    if sys.platform == "linux":
        with contextlib.suppress(AttributeError):  # another C library, such as musl, has no such call
            ctypes.CDLL(None).malloc_trim(0)
