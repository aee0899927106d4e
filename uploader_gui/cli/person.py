"""The person at the terminal, if there is one: what is asked of them."""

import getpass
import sys
import warnings
from collections.abc import Sequence
from typing import TextIO

from uploader_gui.cli.exits import WrongUseError
from uploader_gui.core.translation import gettext as _

LONGEST_LINE = 4095
"""What a terminal passes on of one line; the rest it drops without a word."""


class GoneError(Exception):
    """The person has ended the input instead of answering."""


def can_ask() -> bool:
    """Whether there is a person at a terminal."""
    return _terminal(sys.stdin) and _terminal(sys.stderr)


def can_type() -> bool:
    """Whether what is read comes from a terminal."""
    return _terminal(sys.stdin)


def _terminal(stream: TextIO | None) -> bool:
    # None where it was closed before the program began.
    return stream is not None and not stream.closed and stream.isatty()


def agrees(lines: Sequence[str], question: str = "") -> bool | None:
    """Ask a person whether all this may be; anything but yes means no, and None that it was interrupted."""
    interrupted = False
    try:
        for line in lines[:-1]:
            print(f"{line}.", file=sys.stderr)
        last = f"{lines[-1]}. " if lines else ""
        print(f"{last}{question or _('Go on?')} {_('[y/N]')} ", end="", file=sys.stderr, flush=True)
        answer = _line()
    except KeyboardInterrupt:
        interrupted, answer = True, ""
    if not answer.endswith("\n"):
        print(file=sys.stderr)
    return None if interrupted else answer.strip().lower() in {"y", "yes", *_("y yes").split()}


def asked(prompt: str) -> str:
    """Ask for a line that may be seen. Raises GoneError."""
    print(prompt, end="", file=sys.stderr, flush=True)
    answer = _line()
    if not answer:
        print(file=sys.stderr)
        raise GoneError
    return answer.strip()


def asked_in_secret(prompt: str) -> str:
    """Ask for a line that does not show while it is typed.

    Raises:
        GoneError: There is none.
        WrongUseError: The terminal cannot hide it, or has cut it off.
    """
    with warnings.catch_warnings():
        # Without it the secret would be there for all to see, with nothing but a warning.
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            answer = getpass.getpass(prompt, stream=sys.stderr)
        except getpass.GetPassWarning:
            cannot = _("this terminal cannot hide what is typed. Give the key on standard input: --stdin < FILE.")
        except EOFError:
            print(file=sys.stderr)
            raise GoneError from None
        except UnicodeDecodeError:
            cannot = _("what was typed is no text. Copy it again from its source.")
        else:
            if len(answer.encode("utf-8", "surrogateescape")) < LONGEST_LINE:
                return answer.strip()
            cannot = _("the key is too long to be typed. Give it on standard input: --stdin < FILE.")
    # Out here: the library's error may hold what was typed.
    raise WrongUseError(cannot)


def _line() -> str:
    """A line as it was typed; "" at the end of the input."""
    try:
        return sys.stdin.readline()
    except UnicodeDecodeError:
        pass
    raise WrongUseError(_("what was typed is no text. Type it again."))
