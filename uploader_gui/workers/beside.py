"""What the window wants beside sending: requests that were made, settings, the history cleared, diagnostics, services.

Like the desk's own calls these return at once, False while nothing is open; what comes of them is told in the window's
thread. What they need is imported where they are done: in an errand's thread.
"""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from uploader_gui.core.cancel import CancelToken
from uploader_gui.core.settings import Settings
from uploader_gui.core.traces import Trace
from uploader_gui.workers.desk import Desk
from uploader_gui.workers.facts import Places
from uploader_gui.workers.service_facts import Own, Proposal, Removed

if TYPE_CHECKING:  # brings the engine, and the window is to be seen first
    from uploader_gui.workers.works import Works

Failed = Callable[[Exception], object]


class Beside:
    """Asks the desk for what is beside sending.

    Args:
        desk: Has it done.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    # ------------------------------------------------------------------------------------------------ requests
    def requests(self, batch_id: str, upload_id: str | None, then: Callable[[list[Trace]], object]) -> bool:
        """The requests that were made for a batch, or for one of its files; oldest first."""

        def read(works: "Works", _cancel: CancelToken) -> list[Trace]:
            found = sorted(works.traces.read(batch_id), key=lambda trace: trace.at)
            return [trace for trace in found if upload_id in {None, trace.upload}]

        return self._desk.on_disk(read, then, place="requests")

    # ------------------------------------------------------------------------------------------------ settings
    @property
    def settings(self) -> Settings:
        """As they hold now."""
        return self._desk.settings

    def save(self, settings: Settings, then: Callable[[], object], failed: Failed) -> bool:
        """Let settings hold, and keep them; what is older than they want it kept is deleted.

        Args:
            settings: All of them.
            then: They are kept.
            failed: Told an OSError: they hold all the same, until the program ends.
        """

        def keep(works: "Works", _cancel: CancelToken) -> None:
            from uploader_gui.store.settings import write  # noqa: PLC0415 - see above

            works.settings = settings  # this thread may be the first
            write(settings)
            works.past.forget_old()

        if not self._desk.on_disk(keep, lambda _: then(), failed):
            return False
        self._desk.use_settings(settings)
        return True

    # ------------------------------------------------------------------------------------------------- history
    def clear_history(self, then: Callable[[int], object]) -> bool:
        """Delete what has ended, with its traces; from the queue as well. Told how many batches it was."""
        return self._desk.on_disk(lambda works, _: works.past.forget_ended(timedelta()), then)

    # --------------------------------------------------------------------------------------------- diagnostics
    def diagnostics(self, then: Callable[[str], object], *, without_names: bool) -> bool:
        """Put the diagnostics together."""

        def put_together(works: "Works", _cancel: CancelToken) -> str:
            from uploader_gui.workers import diagnosing  # noqa: PLC0415 - see above

            return diagnosing.text(works, without_names=without_names)

        return self._desk.on_disk(put_together, then, place="diagnostics")

    def write_diagnostics(self, path: Path, text: str, then: Callable[[], object], failed: Failed) -> bool:
        """Write them to a file that only its owner may read."""

        def write(_works: "Works", _cancel: CancelToken) -> None:
            from uploader_gui.workers import diagnosing  # noqa: PLC0415 - see above

            diagnosing.write(path, text)

        return self._desk.on_disk(write, lambda _: then(), failed)

    def places(self, then: Callable[[Places], object]) -> bool:
        """Where the program's own things lie."""

        def find(_works: "Works", _cancel: CancelToken) -> Places:
            from uploader_gui.workers import diagnosing  # noqa: PLC0415 - see above

            return diagnosing.folders()

        return self._desk.on_disk(find, then, place="places")

    # ------------------------------------------------------------------------------------------------- folders
    def folders(self, then: Callable[[tuple[Path, ...]], object]) -> bool:
        """The folders that files were last chosen from and that are still there, the last one first."""

        def read(_works: "Works", _cancel: CancelToken) -> tuple[Path, ...]:
            from uploader_gui.store import folders  # noqa: PLC0415 - see above

            return folders.folders()

        return self._desk.on_disk(read, then, place="folders")

    def remember_folders(self, chosen: tuple[Path, ...]) -> bool:
        """Keep them; where that cannot be done, the next dialog opens elsewhere."""

        def keep(_works: "Works", _cancel: CancelToken) -> None:
            from uploader_gui.store import folders  # noqa: PLC0415 - see above

            folders.remember(chosen)

        return self._desk.on_disk(keep, lambda _: None, lambda _error: None)

    # ------------------------------------------------------------------------------------------- service files
    def own_services(self, then: Callable[[list[Own]], object]) -> bool:
        """The person's own service files."""

        def read(_works: "Works", _cancel: CancelToken) -> list[Own]:
            from uploader_gui.workers import service_files  # noqa: PLC0415 - see above

            return service_files.own()

        return self._desk.on_disk(read, then, place="own services")

    def look_at_service(self, path: Path, then: Callable[[Proposal], object], failed: Failed) -> bool:
        """Read and check a service file; nothing is kept.

        Args:
            path: The file.
            then: Told what it would do, or what is wrong with it.
            failed: Told an OSError.
        """

        def read(_works: "Works", _cancel: CancelToken) -> Proposal:
            from uploader_gui.workers import service_files  # noqa: PLC0415 - see above

            return service_files.propose(path)

        return self._desk.on_disk(read, then, failed, place="proposal")

    def add_service(self, proposal: Proposal, then: Callable[[], object], failed: Failed) -> bool:
        """Keep a service file whose person has agreed to what it would do."""

        def add(_works: "Works", _cancel: CancelToken) -> None:
            from uploader_gui.workers import service_files  # noqa: PLC0415 - see above

            service_files.add(proposal)

        def added(_: object) -> None:
            self._desk.read_services()
            then()

        return self._desk.on_disk(add, added, failed)

    def remove_service(self, service_id: str, then: Callable[[Removed], object], failed: Failed) -> bool:
        """Remove one of the person's own service files."""

        def remove(works: "Works", _cancel: CancelToken) -> Removed:
            from uploader_gui.workers import service_files  # noqa: PLC0415 - see above

            return service_files.remove(works, service_id)

        def removed(what: Removed) -> None:
            self._desk.read_services()
            then(what)

        return self._desk.on_disk(remove, removed, failed)
