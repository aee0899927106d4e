"""The window in sentences of no language, longer than English; and the same from right to left.

What does not go through the catalogue shows, as it is not marked; what needs more room than it has shows as well.
"""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QStyle, QStyleOptionViewItem, QWidget

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "packaging"))

from pseudo import BEGIN, Pseudo

from tests.gui import seen
from tests.gui.driver import Driver, practice_source
from tests.gui.hand import Hand
from uploader_gui.core import bidi, translation
from uploader_gui.core.batch import BatchState
from uploader_gui.core.languages import LANGUAGES
from uploader_gui.gui import deeds, qt_language
from uploader_gui.gui.deeds import Deed
from uploader_gui.gui.look import GRID
from uploader_gui.gui.queue_delegate import button_area
from uploader_gui.gui.queue_model import Column
from uploader_gui.gui.shortcuts import listed
from uploader_gui.practice import SAMPLES, SERVICES, PracticeService
from uploader_gui.services import catalogue
from uploader_gui.services.language import lacking
from uploader_gui.store.paths import places

pytestmark = pytest.mark.slow
EMAIL = {"lead": "lead_globex", "contact": "cont_globex_hank", "sender": SAMPLES["close"]["sender"]}
NAMES = ("Globex Corporation", "Hank Scorpio", "Ann Lee", "Acme GmbH & Co. KG", "Offer (1).pdf", "gone.pdf")


@pytest.fixture
def mirrored(qapp: QApplication) -> Iterator[QApplication]:
    """The program in a language that is written from right to left."""
    translation.use(Pseudo("ar"))
    qt_language.speak(qapp)
    yield qapp
    translation.use(Pseudo())
    qt_language.speak(qapp)


def scenes(driver: Driver, folder: Path) -> Iterator[tuple[str, QWidget]]:
    """One window after the other, each with something in it."""
    window, comforts = driver.window, driver.window.comforts
    path = folder / "Offer (1).pdf"
    path.write_bytes(b"%PDF-1.7\n".ljust(4000, b"."))
    yield "empty", window
    driver.aim("close", "note", {"lead": "lead_globex"})
    driver.drop([path])
    driver.state(BatchState.ATTACHED)
    driver.until(lambda: "sha256" in driver.node.uploads[0].digests)
    driver.choose(driver.node, driver.node.uploads[0])
    yield "attached", window
    driver.aim("close", "email_send", dict(EMAIL))
    driver.drop([path])
    driver.until(lambda: len(driver.nodes) == 2 and driver.node.all_stored)
    driver.choose(driver.node)
    yield "about to go out", window
    driver.aim("close", "note", {"lead": "lead_acme"})
    driver.drop([path, folder / "gone.pdf"])
    driver.state(BatchState.NEEDS_ATTENTION)
    driver.choose(driver.node, driver.node.uploads[1])
    yield "needs you", window
    window.filters.choose(None, history=True)
    yield "history", window
    yield "menu", comforts.menu.menu()
    for show in (comforts.show_settings, comforts.show_services, comforts.show_keys, comforts.show_about):
        sheet = show()
        yield sheet.windowTitle(), sheet
        sheet.close()
    hand = Hand(driver).open()
    yield "accounts", hand.dialog
    hand.dialog.close()


def foreign(text: str) -> bool:
    """Whether a text is not the program's own: a name, a label of a service file, a key, a digest, an address."""
    bare = bidi.bare(text).replace("\u2060", "")
    services = [catalogue.find(one) for one in SERVICES]
    # From the longest on, so that none leaves a piece of another one behind.
    known = [label for service in services for label in (service.name, *lacking(service, ""))]
    known += [*NAMES, *LANGUAGES.values(), *(key for _heading, keys in listed() for _text, key in keys)]
    known += ["The note on", "The email to", "Ann Lee <ann@acmesales.example>", "MD5", "SHA-256", "kB"]
    for one in sorted(known, key=len, reverse=True):
        bare = bare.replace(one, "")
    words = [one for one in bare.replace("…", " ").split() if any(map(str.isalpha, one))]
    return all(_no_word(one) for one in words)


def _no_word(text: str) -> bool:
    """Whether it is a digest, an address, a path or an id."""
    return any(map(str.isdigit, text)) or "://" in text or "/" in text or "_" in text or "@" in text


def test_everything_is_translated(
    open_window: Callable[..., Driver], practice: PracticeService, tmp_path: Path, vault: object
) -> None:
    """Whatever the windows say goes through the catalogue, but for names, labels of service files and the like."""
    del vault
    translation.use(Pseudo())
    driver = open_window(practice_source(practice))
    raw = []
    for scene, window in scenes(driver, tmp_path):
        driver.rest(0.1)
        found = [(where, text) for where, text in seen.texts(window) if BEGIN not in text and not foreign(text)]
        raw += [(scene, *one) for one in found if str(places().config.parent) not in one[1]]
        assert any(BEGIN in text for _where, text in seen.texts(window)), scene
    assert raw == []
    driver.desk.close(cancel=True)


def test_nothing_is_cut_off(
    open_window: Callable[..., Driver], practice: PracticeService, tmp_path: Path, vault: object
) -> None:
    """Sentences that are half as long again have the room they need, in each window."""
    del vault
    translation.use(Pseudo())
    driver = open_window(practice_source(practice))
    driver.window.resize(1040, 680)
    short = []
    for scene, window in scenes(driver, tmp_path):
        driver.rest(0.4)
        short += [(scene, one) for one in seen.cut_off(window)]
    assert short == []
    driver.desk.close(cancel=True)


def test_sizes_have_room(
    open_window: Callable[..., Driver], practice: PracticeService, tmp_path: Path, vault: object
) -> None:
    """A file of a few hundred bytes has its whole size in its row, however long that word is."""
    del vault
    translation.use(Pseudo())
    driver = open_window(practice_source(practice))
    driver.window.resize(1040, 680)
    driver.aim("close", "note", {"lead": "lead_globex"})
    path = _file(tmp_path)
    path.write_bytes(b"%PDF".ljust(888, b"."))
    driver.drop([path])
    driver.state(BatchState.ATTACHED)
    queue = driver.window.queue
    size, room = driver.rows[1][1], queue.columnWidth(Column.SIZE) - 2 * GRID
    assert "888" in size
    assert queue.fontMetrics().elidedText(size, Qt.TextElideMode.ElideRight, room) == size


def test_right_to_left(
    mirrored: QApplication, open_window: Callable[..., Driver], practice: PracticeService, tmp_path: Path, vault: object
) -> None:
    """The window is mirrored, rows as well: names at the right, buttons at the left, each where it is pressed."""
    del vault
    assert mirrored.layoutDirection() is Qt.LayoutDirection.RightToLeft
    driver = open_window(practice_source(practice))
    driver.window.resize(1040, 680)
    driver.aim("close", "note", {"lead": "lead_globex"})
    driver.drop([tmp_path / "gone.pdf"])
    driver.state(BatchState.NEEDS_ATTENTION)
    queue, model = driver.window.queue, driver.window.model
    name, progress = (queue.visualRect(model.index(1, column)) for column in (Column.NAME, Column.PROGRESS))
    assert name.left() > progress.right()
    option = QStyleOptionViewItem()
    option.initFrom(queue)
    assert option.direction is Qt.LayoutDirection.RightToLeft
    # The arrow at the row's right end folds the batch, the left one does nothing.
    head = queue.visualRect(model.index(0, Column.NAME))
    viewport = queue.viewport()
    _click(viewport, QPoint(head.left() + 12, head.center().y()))
    assert model.rowCount() == 2
    _click(viewport, QPoint(head.right() - 20, head.center().y()))
    driver.until(lambda: model.rowCount() == 1)
    _click(viewport, QPoint(head.right() - 20, head.center().y()))
    driver.until(lambda: model.rowCount() == 2)
    # The keys that fold and unfold go with the eye: unfolding is where the text goes on.
    queue.choose(driver.node.batch.id)
    driver.key(Qt.Key.Key_Right)
    assert model.rowCount() == 1
    driver.key(Qt.Key.Key_Left)
    assert model.rowCount() == 2
    pressed: list[object] = []
    queue.wished.connect(lambda deed, _rows: pressed.append(deed))
    deed = seen_deed(driver)
    cell = queue.visualRect(model.index(1, Column.PROGRESS))
    inside = QStyle.visualRect(option.direction, cell, cell.adjusted(8, 0, -16, 0))
    area = button_area(option, inside, deed)
    assert cell.contains(area)
    _click(viewport, area.center())
    assert pressed == [deed]
    driver.dialog(_file(tmp_path))
    driver.state(BatchState.ATTACHED)


def test_names_stay_readable(
    mirrored: QApplication, open_window: Callable[..., Driver], practice: PracticeService, tmp_path: Path, vault: object
) -> None:
    """A name inside a sentence of the other direction is held together: "Offer (1).pdf" keeps its bracket."""
    del vault, mirrored
    driver = open_window(practice_source(practice))
    driver.aim("close", "note", {"lead": "lead_globex"})
    driver.drop([_file(tmp_path)])
    driver.state(BatchState.ATTACHED)
    held = f"{bidi.BEGIN}Offer (1).pdf{bidi.END}"
    assert driver.rows[1][0] == held
    assert held in list(driver.sentences())[1]
    driver.choose(driver.node, driver.node.uploads[0])
    assert held in [text for _where, text in seen.texts(driver.window.details)]


def seen_deed(driver: Driver) -> Deed:
    """What the button in the row of the file is for."""
    found = deeds.primary(driver.node, driver.node.uploads[0])
    assert found is not None
    return found


def _file(folder: Path) -> Path:
    path = folder / "Offer (1).pdf"
    path.write_bytes(b"%PDF")
    return path


def _click(widget: QWidget, at: QPoint) -> None:
    assert QRect(QPoint(0, 0), widget.size()).contains(at)
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
