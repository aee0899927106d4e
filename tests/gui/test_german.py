"""The window in German, end to end; and the setting that chooses the language."""

import gettext
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QLocale, Qt, QTranslator
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QLabel, QStyleOptionViewItem

from tests.gui.driver import Driver, practice_source
from tests.gui.hand import Hand
from uploader_gui.core import languages, translation, words
from uploader_gui.core.batch import BatchState
from uploader_gui.core.settings import SYSTEM, Settings
from uploader_gui.gui import deeds, qt_language, wording
from uploader_gui.gui.look import GRID
from uploader_gui.gui.queue_delegate import button_area
from uploader_gui.gui.queue_model import Column
from uploader_gui.practice import Fault, PracticeService
from uploader_gui.store import settings

pytestmark = pytest.mark.slow

# What the window says when it is shown, in the language that it was given.
STARTED = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QDialogButtonBox
from uploader_gui import app
made = app.build
def build(source, **options):
    desk, window = made(source, **options)
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    cancel = box.button(QDialogButtonBox.StandardButton.Cancel).text()
    said = [window.filters.search.placeholderText(), cancel]
    desk.opened.connect(lambda: (print("|".join(said)), window.close()))
    return desk, window
app.build = build
sys.exit(app.main([]))
"""


@pytest.fixture
def german(qapp: QApplication) -> Iterator[QApplication]:
    """The program in German; and in English again."""
    languages.speak("de")
    qt_language.speak(qapp)
    yield qapp
    translation.use(gettext.NullTranslations())
    for translator in qapp.findChildren(QTranslator):
        qapp.removeTranslator(translator)
    QLocale.setDefault(QLocale.system())


@pytest.fixture
def started(german: QApplication, open_window: Callable[..., Driver], practice: PracticeService) -> Driver:
    """A window in German."""
    del german
    return open_window(practice_source(practice))


def test_drop_to_attached(started: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """Two files are dropped, attached, and told of in German: the record, the files' number, sizes, states."""
    for name in ("Angebot.pdf", "Preise.pdf"):
        (tmp_path / name).write_bytes(b"%PDF".ljust(1_200_000, b"."))
    started.aim("close", "note", {"lead": "lead_globex"})
    started.drop([tmp_path / "Angebot.pdf", tmp_path / "Preise.pdf"])
    started.state(BatchState.ATTACHED)
    assert len(practice.world.attachments("close")) == 1
    head, first, _second = started.rows
    assert (head[0], head[1]) == ("Notiz zu Globex Corporation", "2,4 MB")
    assert head[2].startswith("Angehängt ")
    assert (first[0], first[1], first[2]) == ("Angebot.pdf", "1,2 MB", "Angehängt")
    assert next(started.sentences()).startswith("Notiz zu Globex Corporation bei Close: 2 Dateien, 2,4 MB. Angehängt")
    started.until(lambda: started.window.status.text == "1 fertig")


def test_needs_a_person(started: Driver, tmp_path: Path) -> None:
    """What needs a person is said in German, with the way out as a button."""
    started.aim("close", "note", {"lead": "lead_globex"})
    (tmp_path / "da.pdf").write_bytes(b"%PDF")
    started.drop([tmp_path / "da.pdf", tmp_path / "weg.pdf"])
    started.state(BatchState.NEEDS_ATTENTION)
    started.choose(started.node, started.node.uploads[1])
    texts = [label.text() for label in started.window.details.findChildren(QLabel)]
    assert "Datei nicht gefunden" in texts
    assert any(text.startswith("weg.pdf ist nicht da. Legen Sie sie zurück") for text in texts)
    started.press("Weglassen", started.window.details)
    started.state(BatchState.ATTACHED)
    assert [row[2].partition(" ")[0] for row in started.rows] == ["Angehängt", "Angehängt", "Weggelassen"]


@pytest.mark.parametrize(("count", "said"), [(0, "0 Dateien"), (1, "1 Datei"), (2, "2 Dateien")])
def test_plurals(count: int, said: str, german: QApplication) -> None:
    """None, one, two."""
    del german
    assert wording.files(count) == said


def test_qt_speaks_it_too(german: QApplication) -> None:
    """Qt's own buttons and keys are German, and its numbers."""
    del german
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    assert box.button(QDialogButtonBox.StandardButton.Cancel).text().replace("&", "") == "Abbrechen"
    assert QCoreApplication.translate("QShortcut", "Ctrl") == "Strg"
    assert QLocale().toString(1.5) == "1,5"


def test_row_buttons_have_room(started: Driver, tmp_path: Path) -> None:
    """The buttons in the rows are short enough in German for the column they stand in."""
    started.window.resize(1040, 680)
    started.aim("close", "note", {"lead": "lead_globex"})
    started.drop([tmp_path / "weg.pdf"])
    started.state(BatchState.NEEDS_ATTENTION)
    queue = started.window.queue
    option = QStyleOptionViewItem()
    option.initFrom(queue)
    area = queue.visualRect(queue.model().index(0, Column.PROGRESS)).adjusted(GRID, 0, -2 * GRID, 0)
    assert area.width() > 0
    for deed in deeds.IN_ROW:
        text = option.fontMetrics.horizontalAdvance(deeds.short(deed))
        assert text + 2 * GRID <= button_area(option, area, deed).width(), deeds.short(deed)


def test_what_a_key_is_is_not_cut_off(started: Driver) -> None:
    """What is said about a field has room for its last line, also once the form says what is missing."""
    hand = Hand(started)
    hand.open().press("Hinzufügen …")
    started.until(hand.form.isVisible)
    hand.form.service.setCurrentIndex(hand.form.service.findData("circle"))
    hand.press("Testen")
    started.until(hand.form.said.isVisible)

    def cut_off() -> list[str]:
        labels = [one for one in hand.form.findChildren(QLabel) if one.isVisible() and one.wordWrap()]
        return [one.text() for one in labels if one.height() < one.heightForWidth(one.width())]

    started.until(lambda: not cut_off())


def test_the_window_can_be_narrow(started: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """It can be made 480 pixels wide, whatever is shown, and does not make itself wider again."""
    narrow, window = 60 * GRID, started.window
    window.resize(120 * GRID, 80 * GRID)

    def narrows() -> bool:
        window.resize(narrow, 80 * GRID)
        started.rest(0.1)
        return window.width() == narrow

    started.aim("close", "note", {"lead": "lead_globex"})
    started.drop([tmp_path / "weg.pdf"])
    started.state(BatchState.NEEDS_ATTENTION)
    started.choose(started.node, started.node.uploads[0])
    assert window.splitter.orientation() is Qt.Orientation.Horizontal
    assert narrows()
    assert window.splitter.orientation() is Qt.Orientation.Vertical
    practice.misbehave(Fault(kind="stall", service="close", step="transfer", after=70_000))
    (tmp_path / "da.pdf").write_bytes(b"%PDF".ljust(700_000, b"."))
    started.aim("close", "note", {"lead": "lead_initech"})
    started.drop([tmp_path / "da.pdf"])
    started.until(lambda: started.node.running)
    assert narrows()
    window.filters.choose(None, history=True)
    assert narrows()
    window.resize(120 * GRID, 80 * GRID)
    started.choose(started.nodes[0])
    started.until(lambda: window.splitter.orientation() is Qt.Orientation.Horizontal)
    practice.behave()
    started.state(BatchState.ATTACHED)


def test_chosen_in_the_settings(open_window: Callable[..., Driver], practice: PracticeService) -> None:
    """The language is chosen in the settings, each under its own name; it is kept, and told to hold from next time."""
    driver = open_window(practice_source(practice), lanes=None)
    dialog = driver.window.comforts.show_settings()
    assert [dialog.language.itemText(row) for row in range(dialog.language.count())] == [
        "The system's",
        "English",
        "Deutsch",
    ]
    shown = [label.text() for label in dialog.findChildren(QLabel) if label.isVisible()]
    assert "From the next start on." not in shown
    dialog.language.setCurrentIndex(dialog.language.findData("de"))
    shown = [label.text() for label in dialog.findChildren(QLabel) if label.isVisible()]
    assert "From the next start on." in shown
    dialog.save.click()
    driver.until(lambda: not dialog.isVisible())
    assert settings.read().settings.language == "de"
    assert driver.window.comforts.show_settings().language.currentData() == "de"


@pytest.mark.parametrize(
    ("chosen", "system", "said"),
    [
        (SYSTEM, "de_DE.UTF-8", "Suchen|Abbrechen"),
        (SYSTEM, "C.UTF-8", "Search|Cancel"),
        ("de", "C.UTF-8", "Suchen|Abbrechen"),
        ("en", "de_DE.UTF-8", "Search|Cancel"),
    ],
)
def test_started(chosen: str, system: str, said: str) -> None:
    """The next start speaks what was chosen, else what the system speaks; Qt's own buttons as well."""
    settings.write(Settings(language=chosen))
    env = {**os.environ, "LC_ALL": "", "LANG": system}
    result = subprocess.run(
        [sys.executable, "-c", STARTED], env=env, capture_output=True, encoding="utf-8", check=False, timeout=60
    )
    assert result.stdout.replace("&", "").strip() == said, result.stderr


def test_sizes_are_not_cut_off(started: Driver) -> None:
    """The column of sizes has room for the longest there is: "888 Bytes"."""
    queue = started.window.queue
    queue.resize(900, 300)
    longest = words.size(888)
    assert longest == "888 Bytes"
    assert queue.columnWidth(Column.SIZE) >= queue.fontMetrics().horizontalAdvance(longest) + 2 * GRID
