"""Screenshots of the real window on the practice service, for the README and for looking at.

    .venv/bin/python packaging/screenshots.py FOLDER [SCENE...]

In another language: LANGUAGE=de; LANGUAGE=xx gives longer sentences of no language, and LANGUAGE=ar such ones from
right to left. Each scene is played as a person would: files are dropped, buttons pressed. Nothing leaves this computer.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from pseudo import Pseudo
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QPalette
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget

from uploader_gui.app import build
from uploader_gui.core import languages, translation
from uploader_gui.core.batch import BatchState, UploadState
from uploader_gui.gui import high_contrast, qt_language
from uploader_gui.gui.picker import Picker
from uploader_gui.practice import SAMPLES, SERVICES, Fault, PracticeService
from uploader_gui.store.only_now import OnlyNow
from uploader_gui.workers.desk import State
from uploader_gui.workers.trying import Trying, practice_account

PATIENCE = 60.0
DARK = ["sending", "needs-you", "requests", "settings", "review", "first-start", "accounts", "account-form", "search"]
CONTRAST = ["sending", "needs-you", "settings", "account-form"]
AT_200 = ["done", "settings", "review", "first-start", "account-form"]
RIGHT_TO_LEFT = ["sending", "search", "account-form"]
NO_ACCOUNT = ["first-start", "account-form"]
TRIES = ["trying"]

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from uploader_gui.gui.main_window import MainWindow
    from uploader_gui.gui.rows import Node
    from uploader_gui.workers.desk import Desk


class Stage:
    """One window on one practice service.

    Args:
        app: Qt's application.
        folder: Where the pictures go.
        files: Where sample files may be made.
        name: The scene's name: some begin without an account, or with everything only tried out.
    """

    def __init__(self, app: QApplication, folder: Path, files: Path, name: str = "") -> None:
        self._app = app
        self._folder = folder
        self.files = files
        self.practice: PracticeService = PracticeService()
        self.practice.start()
        self.desk: Desk
        self.window: MainWindow
        self.trying = Trying() if name in TRIES else None
        accounts = [] if name in NO_ACCOUNT else SERVICES
        source = self.trying.accounts if self.trying else lambda: [practice_account(self.practice, n) for n in accounts]
        self.desk, self.window = build(source, only_now=OnlyNow())
        high_contrast.follow(app)
        self.window.painted.connect(self.desk.open)
        self.window.resize(1040, 680)
        self.shown: QWidget | None = None  # what the picture is of, if not of the window

    def play(self, scene: Callable[[Stage], None], name: str) -> None:
        """Play a scene, take its picture, and close the window."""
        try:
            self.window.show()
            self.until(lambda: self.desk.state is State.OPEN)
            scene(self)
            self.rest(0.4)
            path = self._folder / f"{name}.png"
            (self.shown or self.window).grab().save(str(path))
            print(path)
        finally:
            self.practice.behave()
            self.desk.close(cancel=True)
            self.until(lambda: self.desk.state is State.CLOSED)
            self.window.deleteLater()
            self.practice.stop()
            if self.trying is not None:
                self.trying.end()

    def until(self, condition: Callable[[], object]) -> None:
        """Let the window live until something is so."""
        end = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > end:
                raise SystemExit("The scene did not come so far.")
            self._app.processEvents()
            time.sleep(0.005)

    def rest(self, seconds: float) -> None:
        """Let the window live for a while."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._app.processEvents()
            time.sleep(0.005)

    def file(self, name: str, size: int, begin: bytes = b"%PDF-1.7\n") -> Path:
        """Make a sample file."""
        path = self.files / name
        path.write_bytes(begin + os.urandom(max(0, size - len(begin))))
        return path

    def aim(self, service: str, target: str, inputs: dict[str, object]) -> None:
        """Say where."""
        face = next(one for one in self.desk.accounts if one.service.id == service)
        self.window.target.choose(face.key, target)
        self.window.target.fields.fill(inputs, {})
        wanted = [field for field in self.window.target.fields.fields if field.input.lookup and field.value]
        self.until(lambda: all(field.name for field in wanted))

    def send(self, service: str, target: str, inputs: dict[str, object], paths: Sequence[Path]) -> Node:
        """Send files; gives their batch."""
        before = len(list(self.window.model.nodes))
        self.aim(service, target, inputs)
        self.window.take_files([str(path) for path in paths])
        self.until(lambda: len(list(self.window.model.nodes)) > before)
        return list(self.window.model.nodes)[-1]

    def choose(self, node: Node, number: int | None = None) -> None:
        """Show the details of a batch, or of one of its files."""
        upload = None if number is None else node.uploads[number].id
        self.window.queue.choose(node.batch.id, upload)
        self.window.queue.details_wished.emit()
        self.rest(0.6)


def _attached(stage: Stage, node: Node) -> None:
    stage.until(lambda: node.batch.state is BatchState.ATTACHED)


def empty(stage: Stage) -> None:
    """Nothing is there yet."""
    stage.rest(0.1)


def hover(stage: Stage) -> None:
    """Files are dragged over the window."""
    stage.aim("close", "note", {"lead": "lead_globex"})
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(stage.file("Offer.pdf", 1000)))])
    enter = QDragEnterEvent(
        QPoint(400, 400), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    stage.window.dragEnterEvent(enter)


def sending(stage: Stage) -> None:
    """Files are on their way, one batch is done."""
    first = stage.send("close", "note", {"lead": "lead_initech"}, [stage.file("Terms.pdf", 240_000)])
    _attached(stage, first)
    stage.practice.misbehave(Fault(kind="stall", service="close", step="transfer", after=7_000_000, times=0))
    files = [
        stage.file("contract.pdf", 20_100_000),
        stage.file("site plan.png", 11_300_000),
        stage.file("Notes of the meeting with Martina and Hank.docx", 402_000),
        stage.file("prices.xlsx", 61_000),
    ]
    node = stage.send("close", "note", {"lead": "lead_globex"}, files)
    stage.until(lambda: node.counts[UploadState.STORED] == 2 and len(node.running) == 2)
    stage.until(lambda: min(one.meter.sent for one in node.running.values()) > 6_000_000)
    stage.practice.misbehave(Fault(kind="rate_limit", service="kizen", step="sign", seconds=25, times=2))
    stage.send("kizen", "record_field", dict(SAMPLES["kizen"]), [stage.file("lease.pdf", 800_000)])
    stage.rest(1.2)
    stage.choose(node, 0)


def needs_you(stage: Stage) -> None:
    """Three things need a person."""
    waiting = stage.send(
        "close",
        "email_send",
        {"lead": "lead_globex", "contact": "cont_globex_hank", "sender": SAMPLES["close"]["sender"]},
        [stage.file("Offer.pdf", 310_000)],
    )
    stage.until(lambda: waiting.all_stored)
    node = stage.send(
        "kizen",
        "record_field",
        dict(SAMPLES["kizen"]),
        [stage.file("talk.mov", 12_000_000), stage.file("summary.pdf", 90_000), stage.files / "gone.pdf"],
    )
    stage.until(lambda: node.stuck == 2 and node.counts[UploadState.STORED] == 1)
    stage.choose(node, 0)


def partly(stage: Stage) -> None:
    """The details of a batch: what happens if a file cannot be sent is chosen there."""
    files = [stage.file("talk.mov", 12_000_000), stage.file("summary.pdf", 90_000)]
    node = stage.send("kizen", "record_field", dict(SAMPLES["kizen"]), files)
    stage.until(lambda: node.stuck == 1 and node.counts[UploadState.STORED] == 1)
    stage.choose(node)
    scroll = stage.window.details.findChildren(QScrollArea)[0].verticalScrollBar()
    scroll.setValue(scroll.maximum())


def done(stage: Stage) -> None:
    """Everything is attached; the details show what is proven."""
    node = stage.send(
        "close",
        "note",
        {"lead": "lead_globex"},
        [stage.file("contract.pdf", 4_100_000), stage.file("photo.jpg", 900_000)],
    )
    _attached(stage, node)
    stage.until(lambda: all("sha256" in one.digests for one in node.uploads))
    stage.choose(node, 0)


def batch(stage: Stage) -> None:
    """The details of a batch."""
    node = stage.send("close", "note", {"lead": "lead_globex"}, [stage.file("contract.pdf", 4_100_000)])
    _attached(stage, node)
    stage.choose(node)


def undo(stage: Stage) -> None:
    """An email is about to go out."""
    node = stage.send(
        "close",
        "email_send",
        {"lead": "lead_globex", "contact": "cont_globex_hank", "sender": SAMPLES["close"]["sender"]},
        [stage.file("Offer.pdf", 310_000)],
    )
    stage.until(lambda: node.all_stored)
    stage.desk.batch_desk.let_go(node.batch.id)
    stage.until(stage.window.undo.isVisible)


def offer(stage: Stage) -> None:
    """Files wait for their record."""
    stage.window.take_files([str(stage.file("Offer.pdf", 310_000))])


def seen(stage: Stage) -> None:
    """Files wait until it is known that everybody will see them."""
    stage.aim("kizen", "public_image", {})
    stage.window.take_files([str(stage.file("logo.png", 31_000))])


def search(stage: Stage) -> None:
    """A record is found by typing."""
    field = stage.window.target.fields.field("lead")
    if not isinstance(field, Picker):
        raise SystemExit("A lead is not searched for.")
    field.edit.setFocus()
    field.edit.insert("logistics")
    stage.until(lambda: field.found is not None and field.found.texts)


def adding(stage: Stage) -> None:
    """Files are dragged over the row of a batch that is still open."""
    node = stage.send(
        "close",
        "email_send",
        {"lead": "lead_globex", "contact": "cont_globex_hank", "sender": SAMPLES["close"]["sender"]},
        [stage.file("Offer.pdf", 310_000)],
    )
    stage.until(lambda: node.all_stored)
    queue, window = stage.window.queue, stage.window
    at = queue.viewport().mapTo(window, queue.visualRect(window.model.index(0, 0)).center())
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(stage.file("Prices.pdf", 1000)))])
    enter = QDragEnterEvent(
        at, Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    window.dragEnterEvent(enter)


def history(stage: Stage) -> None:
    """What has ended."""
    for number, lead in enumerate(("lead_globex", "lead_initech", "lead_acme")):
        node = stage.send("close", "note", {"lead": lead}, [stage.file(f"Offer {number}.pdf", 310_000 * (number + 1))])
        _attached(stage, node)
    stage.window.filters.choose(None, history=True)
    stage.rest(0.5)
    stage.window.history.table.selectRow(0)
    stage.window.paging.show_details()
    stage.rest(0.5)


def quitting(stage: Stage) -> None:
    """Quit while something is being sent."""
    stage.practice.misbehave(Fault(kind="stall", service="close", step="transfer", after=1_000_000))
    node = stage.send("close", "note", {"lead": "lead_globex"}, [stage.file("contract.pdf", 4_100_000)])
    stage.until(lambda: len(node.running) == 1)
    stage.rest(0.5)
    stage.window.close()


def everything(stage: Stage) -> None:
    """Whether everything is to be given up is asked while it goes on."""
    stage.practice.misbehave(Fault(kind="server_error", service="kizen", step="sign", times=0))
    stage.practice.misbehave(Fault(kind="stall", service="close", step="transfer", after=1_000_000))
    stuck = stage.send("kizen", "record_field", dict(SAMPLES["kizen"]), [stage.file("lease.pdf", 800_000)])
    stage.until(lambda: stuck.batch.problem is not None or stuck.stuck)
    files = [stage.file("contract.pdf", 4_100_000), stage.file("photo.jpg", 900_000)]
    node = stage.send("close", "note", {"lead": "lead_globex"}, files)
    stage.until(lambda: len(node.running) == 1 and node.counts[UploadState.STORED] == 1)
    stage.window.all_at_once.ask()


def narrow(stage: Stage) -> None:
    """A narrow window."""
    stage.window.resize(480, 640)
    sending(stage)
    stage.window.details.closed.emit()


def requests(stage: Stage) -> None:
    """The requests of a file that needs a person, one of them unfolded."""
    stage.practice.misbehave(Fault(kind="unavailable", service="close", step="attach", times=0))
    node = stage.send("close", "note", {"lead": "lead_globex"}, [stage.file("contract.pdf", 4_100_000)])
    stage.until(lambda: node.batch.problem is not None)
    stage.choose(node, 0)
    view = stage.window.details.requests
    view.fold.click()
    stage.until(lambda: view.rows)
    view.rows[0].fold.click()
    stage.rest(0.2)
    scroll = stage.window.details.findChildren(QScrollArea)[0].verticalScrollBar()
    scroll.setValue(scroll.maximum())
    stage.rest(0.5)
    scroll.setValue(scroll.maximum())


def menu(stage: Stage) -> None:
    """The menu."""
    menu = stage.window.comforts.menu.menu()
    menu.popup(stage.window.mapToGlobal(QPoint(200, 100)))
    stage.shown = menu


def settings(stage: Stage) -> None:
    """The settings, with a proxy that cannot be used and a shorter history."""
    dialog = stage.window.comforts.show_settings()
    dialog.keep.setCurrentIndex(2)
    dialog.lanes.setValue(2)
    dialog.proxy.setCurrentIndex(2)
    dialog.address.setText("http://ann:secret@proxy.example.com")
    stage.shown = dialog


def clearing(stage: Stage) -> None:
    """Clearing the history is asked about."""
    dialog = stage.window.comforts.show_settings()
    dialog.clear.click()
    stage.shown = dialog


def own_service(stage: Stage, *changes: tuple[str, str]) -> Path:
    """A service file of one's own."""
    text = (Path(__file__).parents[1] / "resources" / "services" / "close.toml").read_text(encoding="utf-8")
    for old, new in changes:
        text = text.replace(old, new, 1)
    path = stage.files / "close.toml"
    path.write_text(text, encoding="utf-8")
    return path


def review(stage: Stage) -> None:
    """A service file that would take a bundled one's place."""
    dialog = stage.window.comforts.show_services()
    hosts = ("docs    = [", 'hosts   = ["files.acme.example", "cdn.acme.example"]\ndocs    = [')
    dialog.look_at(own_service(stage, hosts))
    stage.until(lambda: dialog.review)
    stage.shown = dialog


def mistakes(stage: Stage) -> None:
    """A service file with mistakes."""
    dialog = stage.window.comforts.show_services()
    dialog.look_at(own_service(stage, ("name    =", "nam     ="), ("${", "${{"), ("seen_by", "seen_bye")))
    stage.until(lambda: dialog.review)
    stage.shown = dialog


def services(stage: Stage) -> None:
    """Own service files, one with mistakes."""
    folder = Path(os.environ["UPLOADER_GUI_HOME"]) / "config" / "services"
    folder.mkdir(parents=True)
    (folder / "broken.toml").write_text("id = 5\n", encoding="utf-8")
    own_service(stage, ('"close"', '"acme"'), ('"Close"', '"Acme"')).rename(folder / "acme.toml")
    dialog = stage.window.comforts.show_services()
    stage.until(lambda: dialog.list.count() == 2)
    dialog.list.setCurrentRow(1)
    dialog.remove.click()
    stage.shown = dialog


def diagnostics(stage: Stage) -> None:
    """The diagnostics."""
    node = stage.send("close", "note", {"lead": "lead_globex"}, [stage.file("contract.pdf", 100_000)])
    _attached(stage, node)
    dialog = stage.window.comforts.show_diagnostics()
    stage.until(lambda: "== Batches" in dialog.facts.toPlainText())
    stage.shown = dialog


def about(stage: Stage) -> None:
    """What this program is."""
    stage.shown = stage.window.comforts.show_about()


def keys(stage: Stage) -> None:
    """The list of keys."""
    stage.shown = stage.window.comforts.show_keys()


def first_start(stage: Stage) -> None:
    """Nobody has signed in anywhere yet."""
    stage.rest(0.1)


def trying(stage: Stage) -> None:
    """Everything is only tried out; the sample files have just been attached."""
    if stage.trying is None or stage.trying.playground is None:
        raise SystemExit("Nothing is tried out.")
    stage.window.ways.show_practice(stage.trying.playground)
    stage.until(lambda: not stage.window.target.lacks)
    stage.rest(0.6)
    stage.window.ways.attach_samples()
    stage.until(lambda: list(stage.window.model.nodes))
    _attached(stage, next(iter(stage.window.model.nodes)))


def accounts(stage: Stage) -> None:
    """The accounts there are."""
    stage.window.ways.show()
    stage.shown = stage.window.ways.dialog


def account_form(stage: Stage) -> None:
    """An account is filled in, and was tested."""
    stage.window.ways.add()
    form = stage.window.ways.dialog.form
    stage.until(lambda: form.service.count() == len(SERVICES))
    form.service.setCurrentIndex(form.service.findData("kizen"))
    for field in form.fields.fields:
        field.edit.setText(stage.practice.account("kizen").get(field.field.id, ""))
    form.more.fold.click()
    form.more.base.setText(stage.practice.base("kizen"))
    form.test.click()
    stage.until(lambda: form.said.text)
    stage.until(lambda: "…" not in form.said.text)
    stage.shown = stage.window.ways.dialog


def pasted(stage: Stage) -> None:
    """The address of the record that is open in the browser was pasted, while files wait for it."""
    stage.window.take_files([str(stage.file("Offer.pdf", 310_000))])
    stage.window.take_address("https://app.close.com/lead/lead_globex/")
    stage.until(lambda: "Globex" in stage.window.offer.text)


SCENES: dict[str, Callable[[Stage], None]] = {
    "empty": empty,
    "hover": hover,
    "sending": sending,
    "needs-you": needs_you,
    "partly": partly,
    "done": done,
    "batch": batch,
    "undo": undo,
    "offer": offer,
    "seen": seen,
    "search": search,
    "adding": adding,
    "history": history,
    "quit": quitting,
    "everything": everything,
    "narrow": narrow,
    "requests": requests,
    "menu": menu,
    "settings": settings,
    "clearing": clearing,
    "review": review,
    "mistakes": mistakes,
    "services": services,
    "diagnostics": diagnostics,
    "about": about,
    "keys": keys,
    "first-start": first_start,
    "trying": trying,
    "accounts": accounts,
    "account-form": account_form,
    "pasted": pasted,
}


def dark_palette() -> QPalette:
    """A dark palette, as systems have it."""
    palette = QPalette(QColor("#2b2d30"))
    for role, colour in (
        (QPalette.ColorRole.Window, "#2b2d30"),
        (QPalette.ColorRole.Base, "#1e1f22"),
        (QPalette.ColorRole.AlternateBase, "#26282b"),
        (QPalette.ColorRole.Button, "#3a3d41"),
        (QPalette.ColorRole.Text, "#dfe1e5"),
        (QPalette.ColorRole.WindowText, "#dfe1e5"),
        (QPalette.ColorRole.ButtonText, "#dfe1e5"),
        (QPalette.ColorRole.PlaceholderText, "#8b9097"),
        (QPalette.ColorRole.Highlight, "#2f6fb5"),
        (QPalette.ColorRole.HighlightedText, "#ffffff"),
        (QPalette.ColorRole.ToolTipBase, "#3a3d41"),
        (QPalette.ColorRole.ToolTipText, "#dfe1e5"),
    ):
        palette.setColor(role, QColor(colour))
        if role in {QPalette.ColorRole.Text, QPalette.ColorRole.WindowText, QPalette.ColorRole.ButtonText}:
            palette.setColor(QPalette.ColorGroup.Disabled, role, QColor("#7a7e85"))
    return palette


def contrast_palette() -> QPalette:
    """White on black with one loud colour, as systems have it for whoever sees little."""
    black, white, loud = QColor("#000000"), QColor("#ffffff"), QColor("#1aebff")
    palette = QPalette(black)
    for role in (
        QPalette.ColorRole.Window,
        QPalette.ColorRole.Base,
        QPalette.ColorRole.AlternateBase,
        QPalette.ColorRole.Button,
        QPalette.ColorRole.HighlightedText,
        QPalette.ColorRole.ToolTipBase,
    ):
        palette.setColor(role, black)
    for role in (
        QPalette.ColorRole.Text,
        QPalette.ColorRole.WindowText,
        QPalette.ColorRole.ButtonText,
        QPalette.ColorRole.PlaceholderText,
        QPalette.ColorRole.ToolTipText,
    ):
        palette.setColor(role, white)
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor("#3ff23f"))
    palette.setColor(QPalette.ColorRole.Highlight, loud)
    return palette


PALETTES = {"-dark": dark_palette, "-contrast": contrast_palette}


def _speak(app: QApplication) -> None:
    """Speak the language that the environment names."""
    wanted = os.environ.get("LANGUAGE", "")
    if wanted in {"xx", "ar"}:
        translation.use(Pseudo(wanted))
    else:
        languages.speak(languages.chosen([wanted]))
    qt_language.speak(app)


def take(folder: Path, names: Sequence[str], ending: str) -> None:
    """Take the pictures of these scenes in this process."""
    app = QApplication([])
    _speak(app)
    if ending in PALETTES:
        app.setPalette(PALETTES[ending]())
    if ending == "-rtl":
        app.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    for name in names:
        with tempfile.TemporaryDirectory(prefix="uploader-home-") as home, tempfile.TemporaryDirectory() as files:
            os.environ["UPLOADER_GUI_HOME"] = home
            Stage(app, folder, Path(files), name).play(SCENES[name], f"{name}{ending}")


def main(arguments: Sequence[str]) -> int:
    """Take all pictures, or those of some scenes; at other scales in processes of their own."""
    if not arguments:
        print(__doc__)
        return 2
    folder, *names = arguments
    ending = os.environ.get("UPLOADER_SCREENSHOTS", "")
    Path(folder).mkdir(parents=True, exist_ok=True)
    take(Path(folder), names or list(SCENES), ending)
    if ending:
        return 0
    for ending, some, more in (
        ("-dark", [one for one in DARK if one in names or not names], {}),
        ("-contrast", [one for one in CONTRAST if one in names or not names], {}),
        ("-rtl", [one for one in RIGHT_TO_LEFT if one in names or not names], {}),
        ("-200", [one for one in AT_200 if one in names or not names], {"QT_SCALE_FACTOR": "2"}),
    ):
        if some:
            env = {**os.environ, **more, "UPLOADER_SCREENSHOTS": ending}
            subprocess.run([sys.executable, __file__, folder, *some], env=env, check=True)
    return 0


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.exit(main(sys.argv[1:]))
