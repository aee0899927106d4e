"""What is wrong with an attach, or after the bytes, solved in the window; and nothing is ever attached twice."""

import dataclasses
from collections.abc import Callable, Iterator

import pytest

from tests.gui.driver import Driver
from tests.gui.needs import LEAD, NOTE, Scene, Trouble, drive, fault, params
from uploader_gui.core.batch import BatchState
from uploader_gui.core.places import resources
from uploader_gui.core.problems import Action, Kind
from uploader_gui.practice import SAMPLES, Fault, PracticeService, close
from uploader_gui.services import catalogue
from uploader_gui.store.paths import places
from uploader_gui.workers.facts import Why

pytestmark = pytest.mark.slow
CLOSE, KIZEN = SAMPLES["close"], SAMPLES["kizen"]
FIELD = ("kizen", "record_field"), {name: KIZEN[name] for name in ("object", "record", "field")}


@pytest.fixture
def kizen_once() -> Iterator[None]:
    """Kizen's service file in the person's folder, changed: confirming twice is not harmless."""
    folder = places().config / "services"
    folder.mkdir(parents=True)
    text = (resources() / "services" / "kizen.toml").read_text("utf-8")
    changed = text.replace("repeat = true\n[confirm.form]", "[confirm.form]")
    assert changed != text
    (folder / "kizen.toml").write_text(changed, "utf-8")
    catalogue.look_in(folder)
    yield
    catalogue.look_in(None)


TROUBLES = [Trouble(kind=Kind.CONFIRM_UNKNOWN, bring=fault("drop_after_store", "confirm", *FIELD))]


@pytest.mark.usefixtures("kizen_once")
@pytest.mark.parametrize(("trouble", "action"), params(TROUBLES))
def test_solved(trouble: Trouble, action: Action, scene: Scene) -> None:
    """Its row and its details say it, with a way out; the way out leads there."""
    drive(scene, trouble, action)


def still_at_work(scene: Scene) -> None:
    """The service does not come to an end with a file."""
    works = scene.driver.desk._works
    assert works is not None
    for key, flow in works.known.flows.items():
        if flow.ready is not None:
            hasty = flow.ready.model_copy(update={"every": 0.01, "within": 0})
            works.known.flows[key] = dataclasses.replace(flow, ready=hasty)
    slow = Fault(kind="refuse", status=409, service="haufe", step="ready", times=4 if scene.count > 1 else 0)
    scene.practice.misbehave(slow)
    where = ("haufe", "upload") if scene.count > 1 else ("haufe", "message")
    scene.drop(where, {} if scene.count > 1 else {"thread": SAMPLES["haufe"]["thread"]}, scene.files())


SLOW = [Trouble(kind=Kind.PROCESSING_SLOW, bring=still_at_work, only=(Action.RETRY, Action.REMOVE))]


@pytest.mark.parametrize(("trouble", "action"), params(SLOW))
def test_still_at_work(trouble: Trouble, action: Action, scene: Scene) -> None:
    """What takes long is asked for again, and not sent again."""
    drive(scene, trouble, action)
    sent = [one for one in scene.practice.world.requests if "transfer" in one.steps]
    assert len(sent) == 1


def test_still_at_work_and_left_out(scene: Scene) -> None:
    """One that takes long is left out; the other is stored once it is ready."""
    scene.count = 2
    still_at_work(scene)
    driver = scene.driver
    driver.until(lambda: driver.nodes and driver.node.stuck == 2)
    scene.practice.behave()
    first, second = driver.node.uploads
    driver.choose(driver.node, first)
    driver.press("Leave out", driver.window.details)
    driver.choose(driver.node, second)
    driver.press("Try again", driver.window.details)
    driver.state(BatchState.STORED)
    assert [one.name for one in driver.node.uploads if one.receipt and one.state == "stored"] == ["b.pdf"]


# ----------------------------------------------------------------------------------------------- nobody knows
def appended(scene: Scene) -> None:
    """Files were added to a draft, and reading it again does not show them."""
    practice, driver = scene.practice, scene.driver
    practice.misbehave(Fault(kind="refuse", status=404, service="close", step="verify", times=0, skip=2))
    scene.drop(("close", "email_draft_add"), {"email": CLOSE["email"]}, scene.files())
    driver.until(lambda: driver.nodes and driver.node.asks)


@pytest.mark.parametrize("there", [True, False])
def test_added_and_not_seen(there: bool, scene: Scene) -> None:
    """A person looks, and says what is there: attached as it is, or attached again."""
    appended(scene)
    driver = scene.driver
    row = scene.needs(Kind.APPEND_INCOMPLETE)
    scene.driver.choose(row.node)
    driver.until(lambda: any("Look at the record" in one for one in scene.labels()))
    scene.practice.behave()
    if not there:
        [attachment] = scene.practice.world.attachments("close")
        scene.practice.remove_file("close", attachment.id, "a.pdf")
    driver.press("It is attached" if there else "It is not: attach again", driver.window.details)
    driver.state(BatchState.ATTACHED)
    assert len(scene.practice.world.attachments("close")) == (1 if there else 2)
    scene.calm()


# ----------------------------------------------------------------------------------------------- one comes first
@pytest.fixture
def first_one(scene: Scene) -> Scene:
    """A chat message of which nobody knows whether it was sent, and another one to the same chat behind it."""
    driver, room = scene.driver, {"room": SAMPLES["circle"]["room"]}
    practice = scene.practice
    scene.drop(("circle", "chat_message"), room, [scene.write("first.pdf")])
    driver.until(lambda: driver.nodes and driver.node.all_stored)
    # Neither the answer nor a look is to be had.
    practice.misbehave(Fault(kind="reset", service="circle", step="attach"))
    practice.misbehave(Fault(kind="refuse", status=404, service="circle", step="verify", times=0))
    driver.choose(driver.node)
    driver.press("Send", driver.window.details)
    driver.until(lambda: driver.node.asks)
    scene.drop(("circle", "chat_message"), room, [scene.write("second.pdf")])
    driver.until(lambda: len(driver.nodes) == 2 and driver.node.all_stored)
    driver.choose(driver.node)
    driver.press("Send", driver.window.details)
    driver.until(lambda: driver.node.busy is not None)
    practice.behave()
    return scene


def test_another_one_comes_first(first_one: Scene) -> None:
    """The second says why it waits, from the same window; once the first is settled it goes on by itself."""
    driver = first_one.driver
    assert driver.rows[0][2] == "Another batch comes first"
    driver.choose(driver.node)
    said = f"It is not known whether batch {driver.nodes[0].batch.id[:8]} was attached to the same record"
    driver.until(lambda: any(said in one for one in first_one.labels()))
    driver.press("Try again", driver.window.details)
    driver.rest(0.1)
    assert driver.rows[0][2] == "Another batch comes first"
    driver.choose(driver.nodes[0])
    driver.press("It is attached", driver.window.details)
    driver.state(BatchState.ATTACHED)
    [attachment] = first_one.practice.world.attachments("circle")
    assert [one.name for one in attachment.files] == ["second.pdf"]
    first_one.calm()


def test_the_second_one_is_given_up(first_one: Scene) -> None:
    """It can be given up as well; nothing of it is attached."""
    driver = first_one.driver
    driver.choose(driver.node)
    driver.press("Give up", driver.window.details)
    driver.state(BatchState.CANCELLED)
    assert not first_one.practice.world.attachments()


def test_the_record_is_opened(scene: Scene) -> None:
    """Where nobody knows, the record is opened in the browser; what is seen there is said, and all is well."""
    driver = scene.driver
    scene.practice.misbehave(Fault(kind="drop_after_attach", service="close", step="attach"))
    # What is there before the attach is read; looking afterwards is refused.
    scene.practice.misbehave(Fault(kind="refuse", status=404, service="close", step="verify", times=0, skip=1))
    scene.drop(NOTE, LEAD, scene.files())
    driver.until(lambda: driver.nodes and driver.node.asks)
    driver.choose(driver.node)
    driver.press("Open the record", driver.window.details)
    assert [one.toString() for one in driver.opened] == ["https://app.close.com/lead/lead_globex/"]
    driver.press("It is attached", driver.window.details)
    driver.state(BatchState.ATTACHED)
    assert len(scene.practice.world.attachments("close")) == 1


def test_the_record_of_the_first_is_opened(scene: Scene) -> None:
    """What waits for another batch leads to the record that both go to; then each is done once."""
    driver = scene.driver
    scene.practice.misbehave(Fault(kind="drop_after_attach", service="close", step="attach"))
    scene.practice.misbehave(Fault(kind="refuse", status=404, service="close", step="verify", times=0, skip=1))
    scene.drop(NOTE, LEAD, scene.files())
    driver.until(lambda: driver.nodes and driver.node.asks)
    scene.practice.behave()
    scene.drop(NOTE, LEAD, [scene.write("second.pdf")])
    driver.until(lambda: len(driver.nodes) == 2 and driver.node.busy is not None)
    driver.choose(driver.node)
    driver.press("Open the record", driver.window.details)
    assert [one.toString() for one in driver.opened] == ["https://app.close.com/lead/lead_globex/"]
    driver.choose(driver.nodes[0])
    driver.press("It is attached", driver.window.details)
    driver.state(BatchState.ATTACHED)
    assert len(scene.practice.world.attachments("close")) == 2
    scene.calm()


@pytest.mark.parametrize("way", ["account", "give up"])
def test_a_key_of_somebody_else(
    way: str,
    scene: Scene,
    open_window: Callable[..., Driver],
    practice: PracticeService,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What another person began is not gone on with: with the right key it is, or it is given up."""
    practice.misbehave(Fault(kind="stall", service="close", step="transfer"))
    scene.drop(NOTE, LEAD, [scene.write("a.pdf", b"x" * 300_000)])
    scene.driver.until(lambda: scene.driver.nodes and scene.driver.node.running)
    scene.driver.close()
    practice.behave()
    monkeypatch.setattr(close, "USER", CLOSE["colleague"])
    driver = open_window(list, lanes=1)
    again = Scene(driver, practice, scene.folder)
    driver.until(lambda: driver.nodes and driver.node.left is Why.PROBLEM)
    assert driver.rows[0][2] == "Key of another account"
    driver.choose(driver.node)
    if way == "give up":
        driver.press("Give up", driver.window.details)
        driver.until(lambda: not driver.nodes)
        assert not practice.world.attachments()
        return
    monkeypatch.setattr(close, "USER", CLOSE["me"])
    driver.press("Look at the account", driver.window.details)
    driver.until(again.hand.dialog.isVisible)
    again.hand.change()
    again.hand.fill(practice.account("close"))
    again.hand.press("Save")
    again.attached("a.pdf")
