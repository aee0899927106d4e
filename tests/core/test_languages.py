"""Which language is spoken: what a person wants, what there is, and what is left if that cannot be read."""

import gettext
import locale
import sys
from pathlib import Path

import pytest

from uploader_gui.core import languages, translation
from uploader_gui.core.places import resources
from uploader_gui.core.translation import gettext as _


@pytest.mark.parametrize(
    ("wanted", "spoken"),
    [
        (["de-AT", "en-US"], "de"),
        (["de_DE.UTF-8"], "de"),
        (["de_CH@euro"], "de"),
        (["DE"], "de"),
        (["fr-FR", "de", "en"], "de"),
        (["en-GB", "de"], "en"),
        (["fr-FR", "pt_BR"], "en"),
        (["", "C"], "en"),
        ([], "en"),
    ],
)
def test_chosen(wanted: list[str], spoken: str) -> None:
    """The dearest language that there is, wherever it is spoken; English for everybody else."""
    assert languages.chosen(wanted) == spoken


@pytest.mark.parametrize(
    ("environment", "spoken"),
    [
        ({"LANG": "de_DE.UTF-8"}, "de"),
        ({"LANG": "de_DE.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "C.UTF-8", "LANGUAGE": "de"}, "en"),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "fr:de:en"}, "de"),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": ""}, "de"),
    ],
)
def test_of_terminal(environment: dict[str, str], spoken: str) -> None:
    """The variables that say it count in gettext's order."""
    assert languages.chosen(languages.of_terminal(environment)) == spoken


@pytest.mark.skipif(sys.platform == "win32", reason="Windows is asked by a call of its own")
def test_nothing_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no variable says it, the process's locale does."""
    monkeypatch.setattr(locale, "getlocale", lambda: ("de_DE", "UTF-8"))
    assert languages.of_terminal({}) == ["de_DE"]
    monkeypatch.setattr(locale, "getlocale", lambda: (None, None))
    assert languages.of_terminal({}) == []


def test_speak() -> None:
    """A language is spoken from now on, and left again."""
    languages.speak("de")
    assert (_("Settings"), translation.language()) == ("Einstellungen", "de")
    before = translation.in_use()
    languages.speak("de")
    assert translation.in_use() is before
    languages.speak("en")
    assert (_("Settings"), translation.language()) == ("Settings", "")


def test_every_language_has_its_catalogue() -> None:
    """What can be chosen is there, and what is there can be chosen."""
    there = {path.stem for path in (resources() / "translations").glob("*.po")}
    assert there == set(languages.LANGUAGES) - {languages.ENGLISH}
    assert [languages.catalogue(code).info()["language"] for code in there] == list(there)


@pytest.mark.parametrize("content", [None, b"\xff\xfe", b"msgid 5\n"])
def test_unreadable(content: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A catalogue that is not there, or is none, leaves the program in English."""
    (tmp_path / "translations").mkdir()
    if content is not None:
        (tmp_path / "translations" / "de.po").write_bytes(content)
    monkeypatch.setattr(languages, "resources", lambda: tmp_path)
    assert isinstance(languages.catalogue("de"), gettext.NullTranslations)
    assert languages.catalogue("de").gettext("Settings") == "Settings"


@pytest.mark.parametrize(("code", "right"), [("ar", True), ("he_IL", True), ("de", False), ("", False)])
def test_right_to_left(code: str, right: bool) -> None:
    """Which way a language runs."""
    catalogue = gettext.NullTranslations()
    catalogue.info = lambda: {"language": code}  # type: ignore[method-assign]
    translation.use(catalogue)
    assert translation.right_to_left() is right
