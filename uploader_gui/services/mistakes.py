"""What is wrong with a service file, in words for the person who wrote it."""

from collections.abc import Iterable
from dataclasses import dataclass

from uploader_gui.core.words import one_line

MOST = 100
"""So many are told at once."""


@dataclass(frozen=True, kw_only=True, order=True)
class Mistake:
    """One thing that is wrong with a service file.

    Attributes:
        key: Where, as `targets.note.json`; "" if it concerns the whole file.
        expression: The `${ … }` concerned, without its braces; "" if none.
        text: A sentence.
    """

    key: str
    expression: str = ""
    text: str

    def __str__(self) -> str:
        """Key, expression and sentence in one line, with nothing in it that a terminal would obey."""
        shown = one_line(self.expression, 200)
        parts = (one_line(self.key, 200), f"${{{shown}}}" if self.expression else "", one_line(self.text, 600))
        return ": ".join(part for part in parts if part)


class ServiceFileError(Exception):
    """A service file cannot be used.

    Attributes:
        name: The file's name.
        mistakes: What is wrong with it.
    """

    def __init__(self, name: str, mistakes: Iterable[Mistake]) -> None:
        self.name = name
        found = list(mistakes)
        if len(found) > MOST:
            found[MOST:] = [Mistake(key="", text="there are more mistakes: mend these first")]
        self.mistakes = tuple(found)
        super().__init__("\n".join(f"{name}: {mistake}" for mistake in self.mistakes))
