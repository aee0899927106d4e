"""Diagnostics for somebody who helps, and where the program's own things lie. In an errand's thread."""

import dataclasses
from datetime import UTC, datetime
from pathlib import Path

from uploader_gui.core.settings import NONE, SYSTEM, Settings
from uploader_gui.services import catalogue
from uploader_gui.services.place import own_folder
from uploader_gui.store.diagnostics import Known, diagnostics
from uploader_gui.store.diagnostics import write as write_file
from uploader_gui.store.glance import account_counts
from uploader_gui.store.opening import ledger_path
from uploader_gui.store.paths import places
from uploader_gui.store.settings import settings_path
from uploader_gui.workers.facts import Places
from uploader_gui.workers.works import Works


def text(works: Works, *, without_names: bool) -> str:
    """Put the diagnostics together. Raises nothing: what cannot be found out is said to be so."""
    works.traces.catch_up()
    secrets = [value for account in works.known.accounts for value in works.known.session(account).account.secrets]
    known = Known(
        settings=_shown(works.settings), accounts=account_counts(ledger_path()), own_services=_own(), secrets=secrets
    )
    return diagnostics(datetime.now(UTC), known, without_names=without_names)


def write(path: Path, content: str) -> None:
    """Write them to a file that only its owner may read. Raises OSError."""
    write_file(path, content)


def folders() -> Places:
    """Where the program's own things lie."""
    found = places()
    return Places(ledger=ledger_path(), settings=settings_path(), services=own_folder(), logs=found.logs)


def _shown(settings: Settings) -> dict[str, bool | float | str]:
    facts = dataclasses.asdict(settings)
    facts["keep_days"] = "always" if settings.keep_days is None else settings.keep_days
    facts["proxy"] = settings.proxy if settings.proxy in {SYSTEM, NONE} else "address"
    return facts


def _own() -> dict[str, Path]:
    folder = own_folder()
    return {} if folder is None else {service: folder / f"{service}.toml" for service in catalogue.own()}
