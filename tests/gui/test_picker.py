"""Records are found by typing: on every service, by mouse and by keys; what goes wrong is said, and nothing is lost."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QPushButton, QStyle, QStyleOptionButton

from tests.contract.cases import Case
from tests.gui.driver import Driver, mime, practice_source
from uploader_gui.core.batch import BatchState
from uploader_gui.gui.found_list import FoundModel, Pick
from uploader_gui.gui.input_fields import InputFields
from uploader_gui.gui.picker import Picker
from uploader_gui.practice import SAMPLES, Fault, PracticeService
from uploader_gui.services import catalogue

pytestmark = pytest.mark.slow

# What a person types for each field, and takes from what is found.
TYPED = {
    "close-note": [("lead", "globex", "Globex Corporation")],
    "close-opportunity": [("lead", "initech", "Initech")],
    "kizen-record_field": [("object", "cont", "Contacts"), ("record", "ann", "Ann Lee"), ("field", "d", "Documents")],
    "haufe-message": [("thread", "parental", "Parental leave")],
    "circle-chat_message": [("room", "gen", "General")],
}


@pytest.mark.parametrize("which", TYPED)
def test_type_choose_drop(which: str, driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """On every service a record is found by typing its name, chosen, and what is dropped is attached to it."""
    service, target = which.split("-")
    case = Case(service=service, target=target)
    driver.aim(service, target, {})
    for input_id, text, name in TYPED[which]:
        driver.pick(input_id, text, name)
        assert [chip.text for chip in driver.picker(input_id).chips] == [name]
    assert not driver.window.target.lacks
    driver.drop([case.file(tmp_path)])
    if case.flow.target.sends:
        driver.until(lambda: driver.nodes and driver.rows[0][2] == "Ready: not sent yet")
        driver.desk.undo_seconds = 0.05
        driver.choose(driver.node)
        driver.press("Send", driver.window.details)
    driver.state(BatchState.ATTACHED)
    [attachment] = practice.world.attachments(service)
    assert attachment.record_name.startswith(TYPED[which][-1][2].partition(" ")[0]) or service == "kizen"
    assert TYPED[which][-1 if service != "kizen" else 1][2] in driver.rows[0][0]


def test_by_keys_alone(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """Keys walk through what is found, take it, take it back, and leave the list; the mouse is not needed."""
    window = driver.window
    driver.aim("close", "note", {})
    found = driver.type_in("lead", "log")
    assert found.texts[:2] == ["Adler Logistics", "Bright Logistics"]
    edit = driver.picker("lead").edit
    driver.key(Qt.Key.Key_Down, edit)
    driver.key(Qt.Key.Key_Down, edit)
    driver.key(Qt.Key.Key_Up, edit)
    driver.key(Qt.Key.Key_Return, edit)
    driver.until(lambda: window.target.place == "the note on Bright Logistics")
    assert not found.isVisible()
    [chip] = driver.picker("lead").chips
    assert chip.cross.hasFocus()
    assert chip.cross.accessibleName() == "Lead: Bright Logistics. Take it back"
    driver.key(Qt.Key.Key_Delete, chip.cross)
    assert window.target.fields.values == {}
    assert edit.hasFocus()
    assert driver.type_in("lead", "acme").texts == ["Acme GmbH & Co. KG"]
    driver.key(Qt.Key.Key_Escape, edit)
    assert not found.isVisible()
    assert edit.text() == "acme"
    driver.key(Qt.Key.Key_Down, edit)
    driver.until(lambda: found.isVisible() and found.texts == ["Acme GmbH & Co. KG"])
    driver.key(Qt.Key.Key_Return, edit)
    driver.until(lambda: window.target.place == "the note on Acme GmbH & Co. KG")
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF")
    driver.drop([path])
    driver.state(BatchState.ATTACHED)
    assert [one.record for one in practice.world.attachments("close")] == ["lead_acme"]


def test_from_start_to_attached_by_keys(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """The window opens with the keyboard where the record is typed; Tab goes on as the eye does; Ctrl+V sends."""
    window = driver.window

    def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(window.focusWidget(), key, modifier)
        driver.rest(0.01)

    field = driver.picker("lead")
    assert window.target.accounts.hasFocus()
    press(Qt.Key.Key_Tab)
    assert window.target.kinds.hasFocus()
    press(Qt.Key.Key_Tab)
    assert window.target.recent.button.hasFocus()
    press(Qt.Key.Key_Tab)
    assert field.edit.hasFocus()
    QTest.keyClicks(window.focusWidget(), "globex")
    driver.until(lambda: field.found is not None and field.found.texts == ["Globex Corporation"])
    press(Qt.Key.Key_Return)
    assert field.chips[0].cross.hasFocus()
    press(Qt.Key.Key_Tab)
    assert window.target.fields.more.hasFocus()
    press(Qt.Key.Key_Space)
    QTest.keyClicks(window.focusWidget(), "Signed today")
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF")
    QGuiApplication.clipboard().setMimeData(mime([path]))
    press(Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    driver.state(BatchState.ATTACHED)
    [attachment] = practice.world.attachments("close")
    assert (attachment.record, attachment.text) == ("lead_globex", "Signed today")


@pytest.mark.parametrize("service", SAMPLES)
def test_one_thing_is_called_to(service: str) -> None:
    """The bar begins with "To", which account and kind stand beside: no field below is called that as well."""
    labels = {one.label for target in catalogue.find(service).targets.values() for one in target.inputs}
    assert labels
    assert "To" not in labels


def test_the_keyboard_goes_on_to_what_is_missing(driver: Driver) -> None:
    """Once one record is chosen, the keyboard is where the next one is asked for; once none is, it stays."""
    driver.aim("close", "email_send", {})
    driver.pick("lead", "globex", "Globex Corporation")
    assert driver.picker("sender").edit.hasFocus()
    driver.pick("sender", "ann", "Ann Lee <ann@acmesales.example>")
    assert driver.picker("sender").chips[0].cross.hasFocus()


def test_waiting_files_are_let_go_by_the_next_key(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """Files wait for their record: once it is chosen the keyboard is on Attach, not on the cross that takes it back."""
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF")
    driver.aim("close", "note", {})
    driver.drop([path])
    edit = driver.picker("lead").edit
    assert edit.hasFocus()
    driver.type_in("lead", "globex")
    driver.key(Qt.Key.Key_Return, edit)
    button = driver.window.focusWidget()
    assert isinstance(button, QPushButton)
    assert button.text() == "Attach"
    option = QStyleOptionButton()
    button.initStyleOption(option)
    assert option.state & QStyle.StateFlag.State_KeyboardFocusChange, "and it can be seen"
    driver.key(Qt.Key.Key_Space, button)
    driver.state(BatchState.ATTACHED)
    assert [one.record for one in practice.world.attachments("close")] == ["lead_globex"]


def test_one_fitting_record_is_taken_by_enter_at_once(driver: Driver) -> None:
    """Who types a name and presses Enter need not wait for the list: where one record fits, it is taken."""
    driver.aim("close", "note", {})
    edit = driver.picker("lead").edit
    edit.setFocus()
    QTest.keyClicks(edit, "initech")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    driver.until(lambda: driver.window.target.place == "the note on Initech")


def test_enter_does_not_guess(driver: Driver) -> None:
    """Where several fit, Enter takes none before they were seen."""
    driver.aim("close", "note", {})
    field = driver.picker("lead")
    field.edit.setFocus()
    QTest.keyClicks(field.edit, "logistics")
    QTest.keyClick(field.edit, Qt.Key.Key_Return)
    driver.until(lambda: field.found is not None and len(field.found.texts) == 20)
    assert field.value is None


def test_the_newer_search_wins(open_window: Callable[..., Driver], practice: PracticeService) -> None:
    """What an older search would give is never shown: the next key stops it, however slow its answer is."""
    driver = open_window(practice_source(practice))
    driver.aim("close", "note", {})
    practice.misbehave(Fault(kind="stall", service="close", step="lookup"))
    field = driver.picker("lead")
    field.edit.setFocus()
    QTest.keyClicks(field.edit, "glob")
    driver.until(lambda: any(one.path.endswith("/lead/") for one in practice.world.requests))
    assert field.searching
    field.edit.clear()
    found = driver.type_in("lead", "initech")
    assert found.texts == ["Initech"]
    driver.rest(0.3)
    assert found.texts == ["Initech"]


def test_a_search_that_fails(driver: Driver, practice: PracticeService) -> None:
    """A search that fails says why in words, and can be tried again."""
    driver.aim("close", "note", {})
    practice.misbehave(Fault(kind="server_error", service="close", step="lookup", times=0))
    found = driver.type_in("lead", "globex")
    assert found.state.startswith(
        "Service is in trouble. 127.0.0.1 had an error of its own while looking the record up"
    )
    assert found.texts == []
    practice.behave()
    driver.press("Try again", found)
    driver.until(lambda: found.texts == ["Globex Corporation"])
    assert found.state == ""


def test_nothing_found_and_an_id(driver: Driver) -> None:
    """Where nothing is found that is said; what may be an id can be taken as it is, and is named or refused."""
    driver.aim("close", "note", {})
    found = driver.type_in("lead", "zzz")
    assert (found.state, found.texts) == ("Nothing found for “zzz”.", ["Take “zzz” as it is"])
    edit = driver.picker("lead").edit
    edit.clear()
    driver.type_in("lead", "lead_globex")
    driver.key(Qt.Key.Key_Return, edit)
    driver.until(lambda: driver.window.target.place == "the note on Globex Corporation")
    driver.key(Qt.Key.Key_Delete, driver.picker("lead").chips[0].cross)
    driver.type_in("lead", "lead_nobody")
    driver.key(Qt.Key.Key_Return, edit)
    driver.until(lambda: driver.window.target.about.startswith("Not found."))


def test_a_name_and_a_choice_depend_on_others(driver: Driver) -> None:
    """A field that needs another one first says so; when that one changes, what belonged to it is taken back."""
    driver.aim("kizen", "record_field", {})
    record = driver.picker("record")
    assert not record.edit.isEnabled()
    assert record.edit.placeholderText() == "Fill in “Object” first"
    driver.pick("object", "deals", "Deals")
    assert record.edit.isEnabled()
    driver.pick("record", "globex", "Globex renewal")
    driver.pick("field", "contracts", "Contracts")
    driver.window.target.fields.fill({"object": "projects"}, {"object": "Projects"})
    assert driver.window.target.fields.values == {"object": "projects"}
    driver.picker("object").chips[0].cross.click()
    assert not record.edit.isEnabled()


def test_a_click_shows_what_there_is(driver: Driver) -> None:
    """A short list need not be searched: a click shows it; leaving the field puts it away."""
    driver.aim("haufe", "message", {})
    field = driver.picker("thread")
    QTest.mouseClick(field.edit, Qt.MouseButton.LeftButton)
    driver.until(lambda: field.found is not None and len(field.found.texts) == 3)
    assert field.found is not None
    assert not [text for text in field.found.texts if text.startswith("Take")]
    driver.window.queue.setFocus()
    driver.window.target.accounts.setFocus()
    assert not field.found.isVisible()


def test_what_is_typed_and_not_chosen_is_missing(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """A half-typed name is no record: files wait until one is chosen, and then go where they are told."""
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF")
    driver.aim("close", "note", {})
    driver.type_in("lead", "globex")
    driver.drop([path])
    assert driver.window.offer.text == "a.pdf is waiting. Fill in “Lead” above."
    driver.key(Qt.Key.Key_Return, driver.picker("lead").edit)
    driver.until(lambda: "Globex" in driver.window.offer.text)
    assert not practice.world.stored()
    driver.press("Attach", driver.window.offer)
    driver.state(BatchState.ATTACHED)


def test_several_values(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """Where several can be, each is a chip of its own; Backspace takes the last one back."""
    driver.aim("close", "email_draft", {"lead": "lead_globex"})
    driver.window.target.fields.more.click()
    to = driver.picker("to")
    to.edit.setFocus()
    QTest.keyClicks(to.edit, "hank@globex.example, martina@globex.example;bo@acmesales.example")
    QTest.keyClick(to.edit, Qt.Key.Key_Return)
    assert len(to.chips) == 3
    QTest.keyClick(to.edit, Qt.Key.Key_Backspace)
    assert to.value == ["hank@globex.example", "martina@globex.example"]
    to.edit.insert("ann@acmesales.example")
    driver.window.target.accounts.setFocus()
    assert to.value == ["hank@globex.example", "martina@globex.example", "ann@acmesales.example"]
    to.chips[1].cross.click()
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF")
    driver.drop([path])
    driver.state(BatchState.ATTACHED)
    assert driver.node.batch.inputs["to"] == ["hank@globex.example", "ann@acmesales.example"]
    assert len(practice.world.attachments("close")) == 1


def test_optional_fields_are_folded_away(driver: Driver) -> None:
    """What may stay empty is folded away by name, unfolds with the keyboard in its first field, and folds again."""
    driver.aim("close", "email_draft", {"lead": "lead_globex"})
    fields = driver.window.target.fields
    assert fields.more.text() == "Contact, Recipients, Subject, Text"
    assert not driver.picker("contact").isVisible()
    fields.more.click()
    assert driver.picker("contact").edit.hasFocus()
    assert not fields.more.isVisible()
    driver.pick("contact", "hank", "Hank Scorpio")
    driver.aim("close", "note", {})
    assert fields.more.text() == "Text"


def test_what_an_upload_step_uses_is_not_folded_away(qapp: object) -> None:
    """What is used before the files are attached can be filled in before, though it may stay empty."""
    del qapp
    inputs = catalogue.find("close").targets["email_draft"].inputs
    fields = InputFields()
    fields.build(inputs, {"subject"})
    assert fields.more.text() == "Contact, Recipients, Text"
    fields.deleteLater()


def test_records_are_searched_where_a_batch_is_changed(
    driver: Driver, practice: PracticeService, tmp_path: Path
) -> None:
    """In the details records are searched as well, in the name of the batch's account; a pasted address fills them."""
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF")
    driver.aim("close", "email_send", {"lead": "lead_globex", "sender": SAMPLES["close"]["sender"]})
    driver.drop([path])
    driver.until(lambda: driver.nodes and driver.rows[0][2] == "Ready: not sent yet")
    driver.choose(driver.node)
    driver.press("Change what is filled in…", driver.window.details)
    driver.until(lambda: driver.window.details.form is not None)
    form = driver.window.details.form
    assert form is not None
    contact, lead = form.field("contact"), form.field("lead")
    assert isinstance(contact, Picker)
    assert isinstance(lead, Picker)
    contact.edit.setFocus()
    QTest.keyClicks(contact.edit, "martina")
    driver.until(lambda: contact.found is not None and contact.found.texts == ["Martina Groß"])
    QTest.keyClick(contact.edit, Qt.Key.Key_Return)
    assert contact.value == "cont_globex_martina"
    lead.chips[0].cross.click()
    assert contact.value is None
    lead.edit.setText("https://app.close.com/lead/lead_initech/")
    driver.until(lambda: lead.value == "lead_initech")
    driver.press("Save", driver.window.details)
    driver.until(lambda: driver.node.batch.inputs["lead"] == "lead_initech")
    driver.desk.undo_seconds = 0.05
    driver.press("Send", driver.window.details)
    driver.state(BatchState.ATTACHED)
    assert [one.record for one in practice.world.attachments("close")] == ["lead_initech"]


def test_who_listens_hears_what_is_found(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a screen reader everything the list shows is said: what goes on, what was found, which row is current."""
    said: list[str] = []

    def heard(event: QAccessibleAnnouncementEvent) -> None:
        said.append(event.message())

    monkeypatch.setattr(QAccessible, "isActive", lambda: True)
    monkeypatch.setattr(QAccessible, "updateAccessibility", heard)
    driver.aim("close", "note", {})
    field = driver.picker("lead")
    assert field.edit.accessibleName() == "Lead"
    assert field.edit.accessibleDescription() == (
        "Type to search, or paste the record's address. The arrow keys walk through what is found, Enter takes it."
    )
    driver.type_in("lead", "logistics")
    driver.key(Qt.Key.Key_Down, field.edit)
    driver.key(Qt.Key.Key_Return, field.edit)
    driver.key(Qt.Key.Key_Delete, field.chips[0].cross)
    driver.type_in("lead", "zzz")
    assert said == [
        "Searching…",
        "20 found. Adler Logistics",
        "Bright Logistics, 2 of 20",
        "Lead: Bright Logistics",
        "Searching…",
        "Nothing found for “zzz”. Take “zzz” as it is",
    ]


def test_the_list_is_a_sound_model(qapp: object) -> None:
    """Qt's own checks find nothing wrong with the list; two records of one name are told apart by their ids."""
    del qapp
    made = FoundModel(20)
    tester = QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Warning)
    made.show([Pick(value="1", name="Ann"), Pick(value="2", name="Bo"), Pick(value="3", name="Ann")])
    assert [made.data(made.index(row)) for row in range(3)] == ["Ann · 1", "Bo", "Ann · 3"]
    made.show([])
    made.show([Pick(value="x", name="x", typed=True)])
    assert made.data(made.index(0)) == "Take “x” as it is"
    assert made.pick(1) is None
    del tester
