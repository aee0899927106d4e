"""The catalogue finds the four services, and nothing else."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from uploader_gui.core.places import resources
from uploader_gui.services import catalogue
from uploader_gui.services.catalogue import BundledServiceError, ServiceFileError, UnknownServiceError
from uploader_gui.services.review import review
from uploader_gui.services.schema import Service

FOUR = ("circle", "close", "haufe", "kizen")


def test_the_four() -> None:
    """There are four services; each file is good, and named as its id says."""
    assert catalogue.bundled() == FOUR
    assert [catalogue.find(name).id for name in FOUR] == list(FOUR)
    assert catalogue.find("close") is catalogue.find("close")


@pytest.mark.parametrize("name", ["", "acme", "../services/close", "close.toml", "CLOSE"])
def test_unknown(name: str) -> None:
    """What is not there is said, with what there is; a name is no path."""
    with pytest.raises(UnknownServiceError) as caught:
        catalogue.find(name)
    assert (caught.value.service_id, caught.value.known) == (name, FOUR)


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    """A person's own file is read by its path; mistakes carry its name, not its folder."""
    path = tmp_path / "mine.toml"
    with pytest.raises(FileNotFoundError):
        catalogue.read_file(path)
    path.write_text("format = 1")
    with pytest.raises(ServiceFileError) as caught:
        catalogue.read_file(path)
    assert caught.value.name == "mine.toml"
    assert str(caught.value).splitlines()[0] == "mine.toml: id: is missing"
    assert str(caught.value.mistakes[0]) == "id: is missing"
    path.write_bytes((Path(__file__).parent / "gallery" / "base.toml").read_bytes())
    assert catalogue.read_file(path).id == "acme"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """The person's own folder, which is not there yet."""
    place = tmp_path / "config" / "services"
    catalogue.look_in(place)
    yield place
    catalogue.look_in(None)


def _mine(change: tuple[str, str] = ("", "")) -> tuple[Service, bytes]:
    content = (
        (Path(__file__).parent / "gallery" / "base.toml").read_bytes().replace(change[0].encode(), change[1].encode())
    )
    return catalogue.read("base.toml", content), content


def test_ones_own_services_are_known(folder: Path) -> None:
    """Added, found, changed, removed; the four are there all the time."""
    assert catalogue.known() == FOUR
    service, content = _mine()
    path = catalogue.add(service, content)
    assert path == folder / "acme.toml"
    assert catalogue.known() == ("acme", *FOUR)
    assert catalogue.find("acme").name == service.name
    changed, content = _mine(('name = "Acme"', 'name = "Acme Two"'))
    catalogue.add(changed, content)
    assert catalogue.find("acme").name == "Acme Two"
    assert [one.name for one in folder.iterdir()] == ["acme.toml"], "nothing half-written is left"
    catalogue.remove("acme")
    assert catalogue.known() == FOUR
    with pytest.raises(UnknownServiceError):
        catalogue.remove("acme")


def test_a_bundled_service_is_replaced_on_purpose_only(folder: Path) -> None:
    """A file that calls itself Close would get Close's key."""
    content = (resources() / "services" / "close.toml").read_bytes().replace(b'"Close"', b'"Closer"')
    service = catalogue.read("close.toml", content)
    with pytest.raises(BundledServiceError):
        catalogue.add(service, content)
    assert catalogue.find("close").name == "Close"
    assert not folder.exists()
    catalogue.add(service, content, replace=True)
    assert catalogue.find("close").name == "Closer"
    assert catalogue.own() == ("close",)
    catalogue.remove("close")
    assert catalogue.find("close").name == "Close"
    with pytest.raises(BundledServiceError):
        catalogue.remove("close")


def test_a_file_is_what_its_name_says(folder: Path) -> None:
    """A file put there by hand under another service's name is not taken for it; a broken one breaks no other."""
    folder.mkdir(parents=True)
    _service, content = _mine()
    (folder / "close.toml").write_bytes(content)
    (folder / "broken.toml").write_text("format = 1")
    with pytest.raises(UnknownServiceError):
        catalogue.find("close")
    with pytest.raises(ServiceFileError):
        catalogue.find("broken")
    assert catalogue.find("kizen").id == "kizen"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has none")
def test_a_pipe_is_no_service(folder: Path) -> None:
    """What would be waited for is not opened; a link to a file is one."""
    folder.mkdir(parents=True)
    os.mkfifo(folder / "waits.toml")
    (folder / "endless.toml").symlink_to("/dev/zero")
    for name in ("waits", "endless"):
        with pytest.raises(UnknownServiceError):
            catalogue.find(name)
    _service, content = _mine()
    (folder.parent / "mine").write_bytes(content)
    (folder / "acme.toml").symlink_to(folder.parent / "mine")
    assert catalogue.find("acme").id == "acme"


def test_a_review_says_where_keys_and_files_go() -> None:
    """The hosts that get the key; where the bytes go, if the file says; who sees what; what goes out at once."""
    found = review(catalogue.find("close"))
    assert (found.keys_go_to, found.own_address) == (("api.close.com",), False)
    assert (found.bytes_go_to, found.bytes_go_anywhere) == ((), True)
    assert found.sends == ("Send an email to a lead",)
    assert list(found.targets) == ["customer", "team", "me"]
    service, _content = _mine(("PUT ${sign.url}", "PUT https://files.acme.example/in/${file.name}"))
    assert (review(service).bytes_go_to, review(service).bytes_go_anywhere) == (("files.acme.example",), False)
    own = ('base = "https://api.acme.example/v1"', 'base = "https://api.acme.example/v1"\nbase_help = "Yours."')
    service, _content = _mine(own)
    assert (review(service).keys_go_to, review(service).own_address) == ((), True)
