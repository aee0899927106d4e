"""What a service refuses, solved in the window: at the steps of a file and at the attach, at all four services."""

import pytest

from tests.gui.needs import Scene, Trouble, drive, fault, params
from uploader_gui.core.problems import Action, Kind
from uploader_gui.engine import patience
from uploader_gui.practice import SAMPLES

pytestmark = pytest.mark.slow
CLOSE, KIZEN = SAMPLES["close"], SAMPLES["kizen"]
FIELD = {name: KIZEN[name] for name in ("object", "record", "field")}
TO_DRAFT = {"email": CLOSE["email"]}
AGAIN = (Action.RETRY,)


@pytest.fixture(autouse=True)
def soon_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A person is asked sooner: after the third time that they are to wait, and as soon as something came damaged."""
    monkeypatch.setattr(patience, "RATE_LIMIT_TRIES", 3)
    # What is sent anew by itself lets the next file go first: then that one would be met.
    monkeypatch.setattr(patience, "DAMAGE_TRIES", 1)


def sent_already(scene: Scene) -> None:
    """To an email that is no draft any more."""
    scene.drop(("close", "email_draft_add"), {"email": CLOSE["sent_email"]}, scene.files())


def everywhere(kind: Kind, called: str, bring: str, **more: object) -> list[Trouble]:
    """The same at a step of each of the other three services, or at the attach; tried again, and gone on with."""
    haufe, circle = ("haufe", "message"), ("circle", "chat_message")
    places = [
        ("confirm", ("kizen", "record_field"), FIELD),
        ("ready", haufe, {"thread": SAMPLES["haufe"]["thread"]}),
        ("sign", circle, {"room": SAMPLES["circle"]["room"]}),
    ]
    return [
        Trouble(
            kind=kind,
            called=f"{called}{where[0]} {step}",
            bring=fault(bring, step, where, inputs, times=0, **more),
            only=AGAIN,
        )
        for step, where, inputs in places
    ]


def refused(kind: Kind, status: int) -> list[Trouble]:
    """Refused with a status: where an upload address is asked for, and where it is attached."""
    return [
        Trouble(kind=kind, called=step, bring=fault("refuse", step, status=status, times=1))
        for step in ("sign", "attach")
        if (kind, step) != (Kind.CONFLICT, "attach")  # nobody knows then whether it was done
    ] + everywhere(kind, "", "refuse", status=status)


def told_by_the_haufe_status(trouble: Trouble) -> bool:
    """409 from Haufe's status means that it is still at work."""
    return trouble.kind is Kind.CONFLICT and "haufe" in trouble.called


TROUBLES = [
    *refused(Kind.SIGNED_OUT, 401),
    *refused(Kind.FORBIDDEN, 403),
    *refused(Kind.NOT_FOUND, 404),
    *(one for one in refused(Kind.CONFLICT, 409) if not told_by_the_haufe_status(one)),
    Trouble(kind=Kind.CONFLICT, called="prepare", bring=sent_already, only=(Action.CHANGE_TARGET, Action.REMOVE),
            change=TO_DRAFT, record=""),
    *refused(Kind.REFUSED, 422),
    Trouble(kind=Kind.RATE_LIMITED, bring=fault("rate_limit_bare", "sign", times=0)),
    Trouble(kind=Kind.RATE_LIMITED, called="attach", bring=fault("rate_limit_bare", "attach", times=0), only=AGAIN),
    *everywhere(Kind.RATE_LIMITED, "", "rate_limit_bare"),
    Trouble(kind=Kind.SERVICE_DOWN, bring=fault("server_error", "sign", times=0)),
    *everywhere(Kind.SERVICE_DOWN, "", "server_error"),
    Trouble(kind=Kind.UNEXPECTED_ANSWER, bring=fault("broken_json", "sign")),
    *everywhere(Kind.UNEXPECTED_ANSWER, "", "broken_json"),
    Trouble(kind=Kind.REDIRECTED, bring=fault("redirect", "sign")),
    *everywhere(Kind.REDIRECTED, "", "redirect"),
    Trouble(kind=Kind.ADDRESS_REFUSED, bring=fault("unsafe_address", "sign")),
    Trouble(kind=Kind.LINK_EXPIRED, bring=fault("expired", "transfer", times=2)),
    Trouble(kind=Kind.STORAGE_REFUSED, bring=fault("s3_error", "transfer", code="InvalidAccessKeyId", times=2)),
    Trouble(kind=Kind.DAMAGED, bring=fault("s3_error", "transfer", code="BadDigest")),
    Trouble(kind=Kind.CONNECTION_LOST, bring=fault("reset", "sign", times=0)),
    Trouble(kind=Kind.CONNECTION_LOST, called="transfer", bring=fault("reset", "transfer", times=0), only=AGAIN),
]  # fmt: skip


@pytest.mark.parametrize(("trouble", "action"), params(TROUBLES))
def test_solved(trouble: Trouble, action: Action, scene: Scene) -> None:
    """Its row and its details say it, with a way out; the way out leads there."""
    drive(scene, trouble, action)
