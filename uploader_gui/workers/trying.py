"""The practice service inside this program, to try everything without an account. Nothing leaves this computer."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from uploader_gui.core.translation import gettext as _
from uploader_gui.workers.accounts import KnownAccount, Origin

if TYPE_CHECKING:
    from uploader_gui.practice import PracticeService


@dataclass(frozen=True, kw_only=True)
class Playground:
    """What there is to try.

    Attributes:
        page: The address of the page that shows what was attached.
        files: Sample files.
        samples: By service, what may be filled in, by input id.
    """

    page: str
    files: tuple[Path, ...]
    samples: Mapping[str, Mapping[str, str]]


class Trying:
    """The practice service, with a folder for all that comes of trying: gone when it ends."""

    def __init__(self) -> None:
        self._service: PracticeService | None = None
        self._folder = tempfile.TemporaryDirectory(prefix="uploader-practice-home-")
        self.playground: Playground | None = None

    @property
    def home(self) -> Path:
        """Where the program's own files lie meanwhile: a practice batch never comes into the person's own queue."""
        return Path(self._folder.name) / "home"

    @property
    def service(self) -> "PracticeService | None":
        """The practice service, once it was asked for accounts."""
        return self._service

    def accounts(self) -> list[KnownAccount]:
        """Its accounts; it is started when it is first asked. In an errand's thread."""
        from uploader_gui.practice import SAMPLES, SERVICES, PracticeService  # noqa: PLC0415 - only whoever tries it
        from uploader_gui.practice.sample_files import make_samples  # noqa: PLC0415 - likewise

        if self._service is None:
            service = PracticeService()
            service.start()
            self._service = service
            folder = Path(self._folder.name) / "samples"
            folder.mkdir()
            files = tuple(make_samples(folder))
            self.playground = Playground(page=service.page, files=files, samples=SAMPLES)
        return [practice_account(self._service, one) for one in SERVICES]

    def end(self) -> None:
        """Stop it, and delete what came of it."""
        if self._service is not None:
            self._service.stop()
        self._folder.cleanup()


def practice_account(practice: "PracticeService", service_id: str) -> KnownAccount:
    """An account of the practice service."""
    from uploader_gui.services import catalogue  # noqa: PLC0415 - brings pydantic

    return KnownAccount(
        service=catalogue.find(service_id),
        name=_("Practice"),
        base=practice.base(service_id),
        values=practice.account(service_id),
        default=True,
        origin=Origin.PRACTICE,
    )
