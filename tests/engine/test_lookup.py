"""Finding records, and naming those that were chosen."""

from collections.abc import Callable, Iterator

import pytest

from tests.engine.fakes import FakeClock
from uploader_gui.core.cancel import CancelToken
from uploader_gui.core.problems import Kind, UploadError
from uploader_gui.engine.conversation import Conversation
from uploader_gui.engine.http import Client
from uploader_gui.engine.lookup import Lookups, name_inputs
from uploader_gui.engine.session import Account, Session
from uploader_gui.practice import SAMPLES, PracticeService
from uploader_gui.services import catalogue
from uploader_gui.services.flow import flow

CLOCK = FakeClock()
Finder = Callable[[str, str], Lookups]


@pytest.fixture
def finder(practice: PracticeService) -> Iterator[Finder]:
    """Make lookups for a service's target, on the practice service."""
    client = Client(lambda _origin: True)

    def make(service_id: str, target: str) -> Lookups:
        service = catalogue.find(service_id)
        values = practice.account(service_id)
        session = Session(Account(service=service, base=practice.base(service_id), values=values), CLOCK)
        return Lookups(flow(service, target), Conversation(session, client, CancelToken()), CLOCK.utc())

    yield make
    client.close()


def test_a_lead_is_found_by_name(finder: Finder) -> None:
    """What a person types is searched by the service; other leads do not come along."""
    found = list(finder("close", "note").search("lead", "globex", {}))
    assert [(one.id, one.label) for one in found] == [("lead_globex", "Globex Corporation")]


def test_where_the_service_cannot_search_the_engine_picks(finder: Finder) -> None:
    """A list without a search is read to its end, page by page, and picked from by label."""
    rooms = finder("circle", "chat_message")
    everything = list(rooms.search("room", "", {}))
    picked = list(rooms.search("room", everything[0].label.upper(), {}))
    assert everything[0] in picked
    assert len(picked) < len(everything) or len(everything) == 1


@pytest.mark.parametrize(
    ("service", "target", "inputs", "named"),
    [
        ("close", "note", {"lead": "lead_globex", "text": "hi"}, {"lead": "Globex Corporation", "text": "hi"}),
        ("haufe", "message", {"thread": SAMPLES["haufe"]["thread"]}, {"thread": "Parental leave"}),
        (
            "circle",
            "post",
            {"space": SAMPLES["circle"]["space"], "title": "x"},
            {"space": "Show your work", "title": "x"},
        ),
        (
            "close",
            "email_draft",
            {"lead": "lead_globex", "to": ["a@x", "b@x"]},
            {"lead": "Globex Corporation", "to": "a@x, b@x"},
        ),
    ],
)
def test_chosen_records_are_named(
    finder: Finder, service: str, target: str, inputs: dict[str, object], named: dict[str, str]
) -> None:
    """People read names, not ids; what is no record keeps its own words."""
    lookups = finder(service, target)
    assert name_inputs(lookups, flow(catalogue.find(service), target), inputs) == named


@pytest.mark.parametrize(
    ("service", "target", "inputs"),
    [
        ("close", "note", {"lead": "lead_nobody"}),
        ("haufe", "message", {"thread": "76378f03-0000-0000-0000-000000000000"}),
        ("circle", "chat_message", {"room": "nope"}),
        ("circle", "post", {"space": "nope", "title": "x"}),
        ("kizen", "record_field", {"object": "client_client", "record": "nobody", "field": "documents"}),
    ],
)
def test_a_record_that_is_not_there_is_told(
    finder: Finder, service: str, target: str, inputs: dict[str, object]
) -> None:
    """Whether the record can be asked for or only a list can be read: before a byte is sent."""
    with pytest.raises(UploadError) as caught:
        name_inputs(finder(service, target), flow(catalogue.find(service), target), inputs)
    assert caught.value.problem.kind is Kind.NOT_FOUND


def test_what_may_be_typed_freely_is_taken(finder: Finder) -> None:
    """A sender that is not among the listed ones may be right all the same."""
    inputs = {"lead": "lead_globex", "sender": '"Somebody" <else@example.com>'}
    named = name_inputs(finder("close", "email_send"), flow(catalogue.find("close"), "email_send"), inputs)
    assert named["sender"] == inputs["sender"]
