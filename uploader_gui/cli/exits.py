"""Exit codes, and the error that means the first of them."""

DONE = 0
NEEDS_ATTENTION = 1
WRONG_USE = 2
UNKNOWN = 3
INTERRUPTED = 130


class WrongUseError(Exception):
    """The command cannot be carried out as it was given. Its text is a sentence for the person."""
