"""What becomes of what a lane sends: it comes and is answered, gets lost on either way, comes late, is refused."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.simulation.replay import Played, Question
from tests.simulation.truth import Who, with_lag
from uploader_gui.core.batch import Step
from uploader_gui.core.problems import Kind, Problem, UploadError
from uploader_gui.engine.http import Answer, AnswerCutError
from uploader_gui.engine.work import AttachWork, DigestWork, UploadWork

if TYPE_CHECKING:
    from tests.simulation.world import World

SETTLE = 30.0
"""What the services' files say; nothing comes later here, as nobody could tell it from what never comes."""
NO = (400, 403, 404, 422, 429)
PERHAPS = (302, 408, 409, 425, 500, 502, 503, 504)


def decide(world: "World", played: Played) -> None:
    """Decide what becomes of what is on its way."""
    question = played.question
    assert question is not None
    assert question.request is not None
    question.reached = True
    if question.what == "transfer":
        _transfer(world, played, question)
    elif question.attach:
        _attach(world, played, question)
    else:
        _call(world, played, question)
    said = question.answer if isinstance(question.answer, UploadError) else question.answer[0].status
    text = repr(said.problem.kind.value) if isinstance(said, UploadError) else said
    world.note(played.queue._clock.name, "%s: %s %s: %s", played.name, played.step, question.request.url, text)  # type: ignore[attr-defined]


def _who(world: "World", played: Played) -> Who:
    work = played.work
    assert not isinstance(work, DigestWork)
    author = next(iter(work.session.account.values.values()))
    upload = work.upload.id if isinstance(work, UploadWork) else None
    attach = isinstance(work, AttachWork) and played.step is Step.ATTACH
    return Who(author=author, upload=upload, batch=work.batch.id if attach else None, lag=_lag(world, SETTLE))


def _lag(world: "World", most: float) -> float:
    if not world.often(world.weather.lag):
        return 0.0
    return world.chance.random() * most * 0.95


def _fail(question: Question, kind: Kind, played: Played, *, sent: bool = True) -> None:
    problem = Problem(kind=kind, service="it", step=str(played.step), sent=sent)
    question.good, question.answer = False, UploadError(problem)


def _lost(world: "World", question: Question, played: Played) -> None:
    _fail(question, world.chance.choice((Kind.CONNECTION_LOST, Kind.STALLED)), played)


def _not_sent(world: "World", question: Question, played: Played) -> None:
    kinds = (Kind.UNREACHABLE, Kind.UNREACHABLE, Kind.NO_NETWORK, Kind.UNTRUSTED)
    _fail(question, world.chance.choice(kinds), played, sent=False)


def _says(question: Question, answer: Answer, sent: bytes | None = None) -> None:
    question.good, question.answer = True, (answer, sent)


def _refusal(world: "World", statuses: tuple[int, ...]) -> Answer:
    status = world.chance.choice(statuses)
    answer = world.truth.answer(status, {"error": "no", "message": "no", "detail": "no"})
    if status == 429:
        answer.headers["retry-after"] = "7"  # type: ignore[index]
    return answer


def _call(world: "World", played: Played, question: Question) -> None:
    """A call that is not the attach."""
    request, who = question.request, _who(world, played)
    assert request is not None
    if world.often(world.weather.lost * 0.2):
        _not_sent(world, question, played)
    elif world.often(world.weather.lost * 0.3):
        if world.chance.random() < 0.5:
            world.truth.take(request, who)
        _lost(world, question, played)
    elif world.often(world.weather.refused * 0.5):
        _says(question, _refusal(world, (500, 503, 429, 403)))
    else:
        _says(question, world.truth.take(request, who))


def _transfer(world: "World", played: Played, question: Question) -> None:
    """Bytes to storage."""
    work, request = played.work, question.request
    assert isinstance(work, UploadWork)
    assert request is not None
    try:
        world.disk.check(work.upload)
    except UploadError as error:
        question.good, question.answer = False, error
        return
    content = world.disk.files[work.upload.path][1]
    if world.often(world.weather.lost * 0.2):
        _not_sent(world, question, played)
    elif world.often(world.weather.lost * 0.4):
        if world.chance.random() < 0.5:
            world.truth.store(request, content)
        _lost(world, question, played)
    elif world.often(world.weather.refused * 0.5):
        _says(question, _refusal(world, (403, 400, 503, 429)), content)
    else:
        _says(question, world.truth.store(request, content), content)


def _attach(world: "World", played: Played, question: Question) -> None:
    """The attach itself."""
    request, who = question.request, _who(world, played)
    assert request is not None
    if world.often(world.weather.lost * 0.3):
        _not_sent(world, question, played)
    elif world.often(world.weather.refused):
        _says(question, _refusal(world, (*NO, *PERHAPS)))
    elif world.often(world.weather.lost):
        _attach_lost(world, played, question, who)
    elif world.often(world.weather.cuts):
        known = world.holes.nameless or world.flows[str(who.batch)].same_is_certain
        answer = world.truth.take(request, who if known else with_lag(who, 0.0))
        _cut(question, answer)
    else:
        _says(question, world.truth.take(request, who))


def _attach_lost(world: "World", played: Played, question: Question, who: Who) -> None:
    """It never comes, comes and its answer gets lost, or comes after its connection has ended."""
    request = question.request
    assert request is not None
    way = world.chance.choice(
        ("never", "came", "gateway", "late") if world.weather.lag else ("never", "came", "gateway")
    )
    if way in {"came", "gateway"}:
        world.truth.take(request, who)
    elif way == "late":
        question.late = _arrives(world, played, question, who)
    world.note("", "%s: the attach %s", played.name, way)
    if way == "gateway":
        _says(question, _refusal(world, (502, 504)))
    else:
        _lost(world, question, played)


def _arrives(world: "World", played: Played, question: Question, who: Who) -> Callable[[float], None]:
    """Let the attach arrive, and be seen, less than the settling time after its connection has ended."""
    request, batch_id = question.request, who.batch
    assert request is not None
    assert batch_id is not None
    within = world.chance.random() * SETTLE * 0.95
    share = world.chance.random()

    def ended(now: float) -> None:
        question.late = None
        world.truth.coming[batch_id] += 1

        def arrives() -> None:
            world.truth.coming[batch_id] -= 1
            world.truth.take(request, with_lag(who, within * (1 - share)))
            world.note("", "%s: the attach arrives late", played.name)

        world.truth.later(now + within * share, arrives)

    return ended


def _cut(question: Question, answer: Answer) -> None:
    """Only the status comes."""
    partial = Answer(status=answer.status, headers=answer.headers, body=b"", whole=False, host=answer.host)
    problem = Problem(kind=Kind.CONNECTION_LOST, service="it", step="attach")
    question.good, question.answer = False, AnswerCutError(problem, partial)
