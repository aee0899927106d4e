"""The catalogue finds the four services, and nothing else."""

from pathlib import Path

import pytest

from uploader_gui.services import catalogue
from uploader_gui.services.catalogue import ServiceFileError, UnknownServiceError

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
