"""What argparse says by itself, in the program's language: it looks its words up under two names of its own module."""

import argparse

from uploader_gui.core import translation
from uploader_gui.core.translation import N_

WORDS = (
    N_("usage: "),
    N_("positional arguments"),
    N_("options"),
    N_("show this help message and exit"),
    N_("%(prog)s: error: %(message)s\n"),
    N_("argument %(argument_name)s: %(message)s"),
    N_("the following arguments are required: %s"),
    N_("one of the arguments %s is required"),
    N_("not allowed with argument %s"),
    N_("unrecognized arguments: %s"),
    N_("invalid choice: %(value)r (choose from %(choices)s)"),
    N_("invalid %(type)s value: %(value)r"),
    N_("ignored explicit argument %r"),
    N_("expected one argument"),
    N_("expected at most one argument"),
    N_("expected at least one argument"),
)
"""Those of its sentences that this program can bring about (Python 3.11 to 3.14)."""


def translate() -> None:
    """Let argparse look its words up in the program's catalogue; before a parser is made."""
    # It takes them from gettext's own place for compiled catalogues, of which there are none here.
    vars(argparse).update(_=translation.gettext, ngettext=translation.ngettext)
