"""Exit codes, and the errors that mean two of them."""

DONE = 0
NEEDS_ATTENTION = 1
WRONG_USE = 2
UNKNOWN = 3
INTERRUPTED = 130


class WrongUseError(Exception):
    """The command cannot be carried out as it was given. Its text is a sentence for the person."""


class FailedError(Exception):
    """The command could not be carried out, through no mistake in its use. Its text is a sentence for the person.

    Attributes:
        code: The exit code.
    """

    def __init__(self, sentence: str, code: int = NEEDS_ATTENTION) -> None:
        super().__init__(sentence)
        self.code = code


def overall(codes: list[int]) -> int:
    """The exit code of a command whose batches ended with these: the worst of them."""
    return next((code for code in (UNKNOWN, NEEDS_ATTENTION, INTERRUPTED) if code in codes), DONE)
