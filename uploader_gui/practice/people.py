"""What people do in a vendor's own pages, beside what the account does through its API."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class People(Protocol):
    """A vendor whose things may be made, changed and deleted by other people.

    Each method raises a ValueError that says what there is not, if there is no such kind, record, thing or file.
    """

    def colleague_makes(
        self, kind: str, record: str, files: Sequence[tuple[str, bytes]], text: str, fields: Mapping[str, Any]
    ) -> str:
        """Let a colleague make something; gives its id.

        Args:
            kind: What, as `Attachment.kind` says it.
            record: Where, as `Attachment.record` says it.
            files: Each file's name and bytes.
            text: The words that go with them.
            fields: What else the thing holds.
        """

    def edit(self, made: str, text: str) -> None:
        """Change the words of the thing with this id."""

    def remove_file(self, made: str, name: str) -> None:
        """Take the files of this name off the thing with this id."""

    def delete(self, made: str) -> None:
        """Delete the thing with this id."""
