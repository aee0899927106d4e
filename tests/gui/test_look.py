"""How the window looks: it follows the system's colours and the screen's pixels, and everything on it can be read."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage, QPalette
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QComboBox, QLabel, QLineEdit, QTableView, QWidget

from tests.gui import palettes
from tests.gui.driver import Driver
from tests.gui.hand import Hand
from tests.gui.palettes import PALETTES, SIGN, TEXT, Role
from uploader_gui.core.batch import BatchState
from uploader_gui.gui import edges, high_contrast, look
from uploader_gui.gui.figure import Figure
from uploader_gui.gui.notices import Notice
from uploader_gui.gui.pieces import Quiet

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]


@pytest.fixture
def colours(qapp: QApplication) -> Iterator[QApplication]:
    """The program, whose colours are as before afterwards."""
    before = QPalette(qapp.palette())
    yield qapp
    qapp.setPalette(before)
    high_contrast.follow(qapp)


def fill(driver: Driver, folder: Path) -> None:
    """Have something of everything in the window: bars, lines, a done batch with its details."""
    driver.aim("close", "note", {"lead": "lead_globex"})
    path = folder / "contract.pdf"
    path.write_bytes(b"%PDF")
    driver.drop([path])
    driver.state(BatchState.ATTACHED)
    driver.until(lambda: "sha256" in driver.node.uploads[0].digests)
    driver.choose(driver.node, driver.node.uploads[0])
    driver.window.notices.tell(Notice(text="A notice."))
    driver.aim("close", "email_send", {})
    driver.rest(0.2)


def pictures(driver: Driver) -> list[QImage]:
    """What can be seen, part by part; without the details, which count down."""
    window = driver.window
    parts = (window.notices, window.target, window.ways.button, window.filters, window.queue, window.status)
    return [part.grab().toImage() for part in parts]


def ground_of(widget: QWidget) -> QPalette.ColorRole:
    """What a widget stands on."""
    return widget.backgroundRole()


def check(window: QWidget) -> None:
    """Every icon is in the palette's colour of now, and every text that comes second can be read on its ground."""
    shown = [one for one in window.findChildren(Figure) if one.isVisible() and one.shows]
    assert shown
    for figure in shown:
        colour = palettes.colour_of(figure.pixmap())
        allowed = {figure.palette().color(figure.foregroundRole()).name(), look.muted(figure.palette()).name()}
        assert colour in allowed, figure.shows
        assert look.contrast(QColor(colour), figure.palette().color(ground_of(figure))) >= SIGN
    for button in window.findChildren(look.Button):
        if button.isVisible() and button.isEnabled():
            colour = palettes.icon_colour(button.icon())
            assert colour == button.palette().color(Role.ButtonText).name(), button.accessibleName()
            assert look.contrast(QColor(colour), button.palette().color(Role.Window)) >= SIGN
    labels = [one for one in window.findChildren(QLabel) if one.isVisible() and one.text() and one.isEnabled()]
    assert labels
    for label in labels:
        ink = label.palette().color(label.foregroundRole())
        if isinstance(label, Quiet):
            assert ink == look.muted(label.palette()), label.text()
        for ground in {Role.Base, ground_of(label)}:
            assert look.contrast(ink, label.palette().color(ground)) >= TEXT, label.text()
    for edit in window.findChildren(QLineEdit):
        for action in edit.actions():
            ours = not action.icon().isNull() and not action.objectName()  # the cross that empties it is Qt's own
            if ours and edit.isVisible() and edit.isEnabled():
                assert palettes.icon_colour(action.icon()) == edit.palette().color(Role.ButtonText).name()


def test_follows_the_colours(driver: Driver, colours: QApplication, tmp_path: Path) -> None:
    """When the system goes dark, light again, or to high contrast, nothing is left in the colours of before."""
    colours.setPalette(palettes.LIGHT)
    fill(driver, tmp_path)
    check(driver.window)
    before = pictures(driver)
    for name in ("dark", "light", "contrast", "breeze", "dark", "light"):
        colours.setPalette(PALETTES[name])
        driver.rest(0.05)
        check(driver.window)
    driver.until(lambda: not isinstance(colours.style(), edges.Edges))
    driver.rest(0.1)
    assert pictures(driver) == before


def test_first_page_follows(driver: Driver, colours: QApplication) -> None:
    """So does what stands there while the queue is empty."""
    for name in ("dark", "light"):
        colours.setPalette(PALETTES[name])
        driver.rest(0.05)
        check(driver.window.empty)


def test_accounts_follow(driver: Driver, colours: QApplication) -> None:
    """So do the signs in the list of accounts, also that of the chosen one."""
    hand = Hand(driver).open()
    for name in ("dark", "light", "dark"):
        colours.setPalette(PALETTES[name])
        driver.rest(0.05)
        rows = hand.page.list
        for item in map(rows.item, range(rows.count())):
            assert palettes.icon_colour(item.icon()) == rows.palette().color(Role.Text).name()
    check(driver.window)


def ground(view: QTableView, row: int) -> QColor:
    """What most of a row is filled with."""
    area = view.visualRect(view.model().index(row, 0))
    image = view.viewport().grab(area).toImage()
    pixels = (image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height()))
    return QColor(Counter(pixels).most_common(1)[0][0])


@pytest.mark.parametrize("name", PALETTES)
def test_contrast(driver: Driver, colours: QApplication, tmp_path: Path, name: str) -> None:
    """What rows and bars are drawn in can be read on each of their grounds, in every palette; signs can be told."""
    fill(driver, tmp_path)
    palette = PALETTES[name]
    colours.setPalette(palette)
    queue = driver.window.queue
    queue.clearSelection()
    driver.rest(0.05)
    grounds = [ground(queue, 0), ground(queue, 1), look.bar_ground(palette)]
    for each in grounds:
        for ink in (palette.color(Role.Text), look.muted(palette)):
            assert look.contrast(ink, each) >= TEXT, (ink.name(), each.name())
        # Where the keyboard is, and where files will go, is drawn in the accent colour.
        assert look.contrast(look.accent(palette), each) >= SIGN, each.name()
    queue.selectRow(0)
    driver.rest(0.05)
    chosen = ground(queue, 0)
    assert abs(chosen.hue() - palette.color(Role.Highlight).hue()) <= 2
    assert look.contrast(palette.color(Role.HighlightedText), chosen) >= TEXT


def test_screens_of_two_scales(tmp_path: Path) -> None:
    """Icons are drawn anew, as sharp as the screen, whenever the window comes to one of another scale."""
    one = {"y": 0, "width": 1600, "height": 1200, "logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1}
    screens = tmp_path / "screens.json"
    screens.write_text(json.dumps({"screens": [{"name": "one", "x": 0, **one}, {"name": "two", "x": 1600, **one}]}))
    command = [sys.executable, "-m", "tests.gui.desktop.two_screens", str(screens)]
    ran = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, timeout=50)
    told = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [(each["screen"], each["ratio"]) for each in told] == [("one", 1), ("two", 2), ("one", 1)]
    for each in told:
        assert len(each["icons"]) >= 4
        for icon, (ratio, pixels) in each["icons"].items():
            assert ratio == each["ratio"], icon
            assert pixels in {16 * ratio, 40 * ratio}


def _boxed(widget: QWidget) -> bool:
    """Whether the edge of a field can be seen: at its side there is a line that can be told from the ground."""
    image = widget.grab().toImage()
    ground = widget.palette().color(Role.Window)
    middle = image.height() // 2
    row = [image.pixelColor(x, middle) for x in range(min(6, image.width()))]
    return max(look.contrast(one, ground) for one in row) >= SIGN


def test_fields_have_edges(driver: Driver, colours: QApplication) -> None:
    """In a palette of high contrast every field, list and button can be told from the ground by its edge."""
    colours.setPalette(palettes.CONTRAST)
    dialog = driver.window.comforts.show_settings()
    driver.until(lambda: isinstance(colours.style(), edges.Edges))
    driver.rest(0.05)
    fields = [
        one
        for kind in (QLineEdit, QComboBox, QAbstractSpinBox)
        for one in (*dialog.findChildren(kind), *driver.window.findChildren(kind))
        if one.isVisible() and one.isEnabled() and not isinstance(one.parentWidget(), QAbstractSpinBox)
    ]
    assert len(fields) > 4
    assert [(type(one).__name__, one.accessibleName(), one.objectName()) for one in fields if not _boxed(one)] == []


def test_no_motion() -> None:
    """Nothing in the window moves by itself, so that nothing has to be stopped for whoever cannot bear it."""
    sources = sorted((ROOT / "uploader_gui" / "gui").glob("*.py"))
    assert len(sources) > 50
    moving = ("QPropertyAnimation", "QVariantAnimation", "QMovie", "setRange(0, 0)", "setMaximum(0)")
    found = [(path.name, word) for path in sources for word in moving if word in path.read_text(encoding="utf-8")]
    assert found == []


@pytest.mark.usefixtures("qapp")
def test_icons_of_what_was_disabled() -> None:
    """An icon that was first drawn while nothing could be done there is no paler than the others afterwards."""
    outer = QWidget()
    outer.setEnabled(False)
    figure = Figure("seen", pixels=48, parent=outer)
    outer.setEnabled(True)
    fresh = Figure("seen", pixels=48)
    assert palettes.colour_of(figure.pixmap()) == palettes.colour_of(fresh.pixmap())
    outer.setEnabled(False)
    assert palettes.colour_of(figure.pixmap()) != palettes.colour_of(fresh.pixmap())
    for one in (outer, fresh):
        one.deleteLater()
