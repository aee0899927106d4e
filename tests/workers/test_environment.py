"""Keys from the environment in the window: to which service they go, and that no file of one's own stops it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.people import own_service
from uploader_gui.core.places import resources
from uploader_gui.practice import PracticeService
from uploader_gui.services.place import look_in
from uploader_gui.workers.accounts import from_environment


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Where the person's own service files lie."""
    look_in(tmp_path)
    yield tmp_path
    look_in(None)


def test_own_services(folder: Path, practice: PracticeService) -> None:
    """A service of one's own has its key from the environment as the others have."""
    own_service(practice, folder)
    keys = {"UPLOADER_ACME_API_KEY": "api_acme", "UPLOADER_CLOSE_API_KEY": "api_close"}
    found = {one.service.id: one for one in from_environment(keys)()}
    assert set(found) == {"acme", "close"}
    assert found["acme"].values == {"api_key": "api_acme"}
    assert found["acme"].base == practice.base("close")


def test_a_file_with_mistakes(folder: Path) -> None:
    """One that has mistakes, even in a bundled one's place, leaves the others as they are."""
    (folder / "close.toml").write_text("id = ", encoding="utf-8")
    (folder / "other.toml").write_bytes((resources() / "services" / "kizen.toml").read_bytes())
    keys = {"UPLOADER_CLOSE_API_KEY": "a", "UPLOADER_KIZEN_API_KEY": "b", "UPLOADER_OTHER_API_KEY": "c"}
    assert [one.service.id for one in from_environment(keys)()] == ["kizen"]


def test_a_shared_key(folder: Path, practice: PracticeService) -> None:
    """What is called as another service's key is called does not go to a service of one's own."""
    path = own_service(practice, folder, service_id="close_api")
    path.write_text(path.read_text(encoding="utf-8").replace("api_key", "key"), encoding="utf-8")
    assert [one.service.id for one in from_environment({"UPLOADER_CLOSE_API_KEY": "a"})()] == ["close"]
