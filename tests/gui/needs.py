"""What needs a person: brought about in the real window, solved by the button it names, and checked where it arrives.

A `Trouble` says how a problem comes about and how its cause goes; `drive` does about it what one of its buttons says.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from tests.gui.driver import Driver
from tests.gui.hand import Hand
from uploader_gui.core import words
from uploader_gui.core.batch import BatchState, UploadState
from uploader_gui.core.problems import ACTIONS, Action, Kind
from uploader_gui.gui import deeds, wording
from uploader_gui.gui.deeds import Deed
from uploader_gui.gui.look import GRID
from uploader_gui.gui.queue_model import Column, Row
from uploader_gui.gui.rows import Group
from uploader_gui.practice import Fault, PracticeService
from uploader_gui.services import catalogue
from uploader_gui.store import secrets
from uploader_gui.store.accounts import Accounts
from uploader_gui.store.opening import open_ledger
from uploader_gui.store.secrets import Secrets


def save_account(
    practice: PracticeService, service: str, *, base: str = "", ca_file: Path | None = None, **wrong: str
) -> None:
    """Save an account of a practice service, as an earlier run has; the keychain is there already."""
    opened, values = open_ledger(datetime.now(UTC)), {**practice.account(service), **wrong}
    secret = {one.id for one in catalogue.find(service).account.fields if one.secret}
    keychain = Secrets(choose=secrets.system_keychain)  # the one that is in its place now
    with opened.ledger as ledger:
        Accounts(ledger, keychain).add(
            service=service,
            name="Work",
            base=base or practice.base(service),
            fields={name: value for name, value in values.items() if name not in secret},
            secrets={name: value for name, value in values.items() if name in secret},
            at=datetime.now(UTC),
            ca_file=ca_file,
        )
    keychain.give_up(for_good=True)


NOTE = ("close", "note")
LEAD: Mapping[str, object] = {"lead": "lead_globex"}


class Scene:
    """A window on a practice service, and files to drop on it.

    Args:
        driver: The window.
        practice: The practice service.
        folder: Where files are written.
    """

    def __init__(self, driver: Driver, practice: PracticeService, folder: Path) -> None:
        self.driver = driver
        self.practice = practice
        self.folder = folder
        self.hand = Hand(driver)
        self.count = 1

    @classmethod
    def opened(cls, open_window: Callable[..., Driver], practice: PracticeService, home: Path, **more: Any) -> "Scene":
        """Open a window on the saved accounts, and wait until their keys are there."""
        driver = open_window(list, lanes=1, **more)
        driver.desk.undo_seconds = 0.05
        driver.window.details._soon.setInterval(1)
        driver.until(lambda: driver.desk.accounts and all(one.ready for one in driver.desk.accounts))
        practice.world.processing_seconds = 0
        folder = home / "files"
        folder.mkdir()
        return cls(driver, practice, folder)

    # ------------------------------------------------------------------------------------------------------- files
    def write(self, name: str, content: bytes | None = None) -> Path:
        """Write a file, unlike any other."""
        path = self.folder / name
        path.write_bytes(b"%PDF " + name.encode() if content is None else content)
        return path

    def files(self, ending: str = "pdf", content: bytes | None = None) -> list[Path]:
        """As many files as are wanted; the content is the first one's."""
        first = self.write(f"a.{ending}", content)
        return [first, *(self.write(f"{name}.pdf") for name in "bc"[: self.count - 1])]

    def drop(self, where: tuple[str, str], inputs: Mapping[str, object], files: list[Path]) -> None:
        """Say where, and drop files."""
        self.driver.aim(*where, dict(inputs))
        self.driver.drop(files)

    # ------------------------------------------------------------------------------------------------------ reading
    def needs(self, kind: Kind) -> Row:
        """Wait until a row of the newest batch needs a person because of this; gives it."""

        def found() -> Row | None:
            if not self.driver.nodes:
                return None
            node = self.driver.node
            whole = deeds.problem_of(node, None)
            if whole is not None and whole.kind is kind and deeds.solving(node, None):
                return Row(node, None)
            stuck = [one for one in node.uploads if one.state is UploadState.NEEDS_ATTENTION]
            return next((Row(node, one) for one in stuck if one.problem and one.problem.kind is kind), None)

        self.driver.until(found)
        row = found()
        assert row is not None
        return row

    def read(self, row: Row) -> None:
        """See that the details say what is wrong and offer what solves it, and that the row says it as well."""
        problem = deeds.problem_of(row.node, row.upload)
        assert problem is not None
        said = words.describe(problem)
        assert not {"{", "}", "None"} & set(said.text.replace(".", " ").split())
        self.driver.choose(row.node, row.upload)
        self.driver.until(lambda: said.title in self.labels())
        assert said.text in self.labels()
        number = self.driver.window.model.row_of(row.node.batch.id, None if row.upload is None else row.upload.id)
        assert number is not None
        shown = self.driver.rows[number][Column.NOW]
        assert shown == said.title, shown
        assert self.driver.window.model.totals.needs_you == 1

    def labels(self) -> list[str]:
        """What the details say."""
        return [one.text() for one in self.driver.window.details.findChildren(QLabel) if one.isVisible()]

    # ------------------------------------------------------------------------------------------------------ pressing
    def press(self, deed: Deed, row: Row) -> None:
        """Press a deed's button: with the mouse in the row, if it stands there, else in the details."""
        if deeds.primary(row.node, row.upload) is not deed:
            self.driver.press(deeds.label(deed), self.driver.window.details)
            return
        self.driver.window.paging.hide_details()
        self.driver.rest(0.01)
        view, model = self.driver.window.queue, self.driver.window.model
        number = model.row_of(row.node.batch.id, None if row.upload is None else row.upload.id)
        assert number is not None
        cell = view.visualRect(model.index(number, Column.PROGRESS))
        at = cell.center()
        at.setX(cell.left() + 3 * GRID)
        left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        QTest.mouseClick(view.viewport(), left, none, at)
        self.driver.rest(0.01)

    # -------------------------------------------------------------------------------------------------------- ends
    def attached(self, *names: str, record: str = "") -> None:
        """Wait until these files, and no others, are attached or stored: once, whole; nothing is shown as wrong."""
        driver = self.driver
        driver.until(lambda: driver.nodes)
        flow = driver.desk.flow(driver.node.batch)
        assert flow is not None
        if flow.target.sends:
            driver.until(lambda: driver.node.all_stored or driver.node.batch.state is BatchState.ATTACHED)
            if driver.node.held_back:
                driver.choose(driver.node)
                driver.press("Send", driver.window.details)
        service = flow.service.id
        if flow.target.call is None:
            driver.state(BatchState.STORED)
            # What was sent before and not taken lies there as well.
            found = [(one.name, one.sha256) for one in self.practice.world.stored(service)][-len(names) :]
        else:
            driver.state(BatchState.ATTACHED)
            [attachment] = self.practice.world.attachments(service)
            found = [(one.name, one.sha256) for one in attachment.files]
            assert record in ("", attachment.record)
        at = {one.name: one.path for one in driver.node.uploads}
        assert found == [(name, hashlib.sha256(at[name].read_bytes()).hexdigest()) for name in names]
        self.calm()

    def gone(self) -> None:
        """Wait until the batch is given up; nothing is attached."""
        self.driver.state(BatchState.CANCELLED)
        assert not self.practice.world.attachments()
        self.calm()

    def calm(self) -> None:
        """See that nothing is shown as wrong any more."""
        driver = self.driver
        driver.until(lambda: driver.node.group is Group.DONE)
        assert not driver.window.model.totals.needs_you
        assert not driver.window.notices.texts
        driver.choose(driver.node)
        driver.until(lambda: wording.title(driver.node.batch) in self.labels())
        titles = {title for title, _text in words._SENTENCES.values()}
        driver.until(lambda: not titles & {*self.labels()})


def behave(scene: Scene) -> None:
    """Let the practice service behave."""
    scene.practice.behave()


def nothing(scene: Scene) -> None:
    """Do nothing about it: it has passed."""
    del scene


def another(scene: Scene) -> Path:
    """Another file, which is fine."""
    return scene.write("fine.pdf")


def new_key(scene: Scene) -> None:
    """Fill in the key anew in the account's form."""
    service = scene.driver.node.batch.service
    scene.hand.fill(scene.practice.account(service))


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """How a problem comes about, and how each of its buttons solves it.

    Attributes:
        kind: The problem.
        bring: Drops files, the first of which it hits.
        called: What tells it from others of its kind.
        mend: What is done about its cause before "Try again".
        better: Gives the file that takes the place of the wrong one.
        change: What is filled in otherwise.
        account: What is changed in the account's form.
        only: The actions that are driven here; empty: all.
        record: The record that is attached to after `change`.
    """

    kind: Kind
    bring: Callable[[Scene], None]
    called: str = ""
    mend: Callable[[Scene], None] = behave
    better: Callable[[Scene], Path] = another
    change: Mapping[str, object] = field(default_factory=lambda: {"lead": "lead_initech"})
    account: Callable[[Scene], None] = new_key
    only: tuple[Action, ...] = ()
    record: str = "lead_initech"

    @property
    def actions(self) -> tuple[Action, ...]:
        """What is driven."""
        return self.only or tuple(one for one in ACTIONS[self.kind] if (self.kind, one) not in NOT_OFFERED)


NOT_OFFERED: Mapping[tuple[Kind, Action], str] = {}
"""Actions that the window does not offer for a kind, and why."""


def params(troubles: list[Trouble]) -> list[Any]:
    """Each trouble with each of its actions, as pytest takes them."""
    return [
        pytest.param(one, action, id="-".join(filter(None, [one.kind, one.called, action])))
        for one in troubles
        for action in one.actions
    ]


def drive(scene: Scene, trouble: Trouble, action: Action) -> None:
    """Bring a problem about, do what the action's button says, and see that it is solved."""
    driver = scene.driver
    scene.count = 2 if action is Action.LEAVE_OUT else 1
    trouble.bring(scene)
    row = scene.needs(trouble.kind)
    scene.read(row)
    names = [one.name for one in driver.node.uploads]
    if action is Action.RETRY:
        trouble.mend(scene)
        scene.press(Deed.RETRY, row)
        scene.attached(*names)
    elif action is Action.CHOOSE_FILE:
        scene.press(Deed.CHOOSE_FILE, row)
        path = trouble.better(scene)
        driver.dialog(path)
        scene.attached(path.name)
    elif action is Action.LEAVE_OUT:
        scene.press(Deed.LEAVE_OUT, row)
        scene.attached(*names[1:])
    elif action is Action.CHANGE_TARGET:
        scene.press(Deed.EDIT, row)
        driver.until(lambda: driver.window.details.form is not None)
        form = driver.window.details.form
        assert form is not None
        form.fill(trouble.change, {})
        scene.driver.press("Save", driver.window.details)
        scene.attached(*names, record=trouble.record)
    elif action is Action.CHANGE_ACCOUNT:
        scene.press(Deed.CHANGE_ACCOUNT, row)
        driver.until(scene.hand.dialog.isVisible)
        scene.hand.change()
        trouble.account(scene)
        scene.hand.press("Save")
        scene.attached(*names)
    elif action is Action.REMOVE:
        scene.press(Deed.REMOVE, row)
        scene.gone()
    else:
        raise AssertionError(action)


def fault(kind: str, step: str, where: tuple[str, str] = NOTE, inputs: Mapping[str, object] = LEAD, **more: Any) -> Any:
    """What drops files of which the first one is met by a fault."""

    def bring(scene: Scene) -> None:
        scene.practice.misbehave(Fault(kind=kind, service=where[0], step=step, **more))
        scene.drop(where, inputs, scene.files())

    return bring
