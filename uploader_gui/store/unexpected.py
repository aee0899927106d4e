"""Errors of ours that nothing has caught: told by kind and place, as their texts may hold anything.

A library's exception may name a whole signed address; Python would print it.
"""

import contextlib
import logging
import sys
import threading
from types import TracebackType

log = logging.getLogger(__name__)
_seen = threading.Event()


def install() -> None:
    """Tell of uncaught errors so, in every thread; where somebody else listens for them, they go on doing so."""
    _seen.clear()
    if sys.excepthook is sys.__excepthook__:
        sys.excepthook = _in_command
    if threading.excepthook is threading.__excepthook__:
        threading.excepthook = _in_thread
    if sys.unraisablehook is sys.__unraisablehook__:
        sys.unraisablehook = _nowhere


def seen() -> bool:
    """Whether there was one in another thread, since the command began."""
    return _seen.is_set()


def _in_command(_kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
    if not isinstance(error, KeyboardInterrupt):
        _tell(error)


def _in_thread(what: threading.ExceptHookArgs) -> None:
    if what.exc_value is not None and not isinstance(what.exc_value, SystemExit):
        _seen.set()
        _tell(what.exc_value)


def _nowhere(what: "sys.UnraisableHookArgs") -> None:
    """What arises while something is thrown away changes nothing: it is for the log only."""
    if what.exc_value is not None:
        _note(what.exc_value)


def _tell(error: BaseException) -> None:
    with contextlib.suppress(Exception):
        where = _note(error).partition(" from ")[0].partition(" < ")[0]
        what = f"an error of the program itself: {where}"
        sys.stderr.write(f"uploader-gui: {what}. Please report it (see: uploader-gui diagnostics).\n")


def _note(error: BaseException) -> str:
    """Log an error; gives where it arose."""
    try:
        # Only now: most commands need no log.
        from uploader_gui.store.logs import arisen, log_to_file  # noqa: PLC0415

        log_to_file()
        log.error("uncaught", exc_info=error)
        return arisen(error)
    except Exception:  # noqa: BLE001 - at the very end of the program little works any more
        return type(error).__name__
