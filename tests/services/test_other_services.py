"""Is the format enough? Services that nobody had in mind when it was made: four run end to end, ten more are checked.

Slack, Linear, Shopify and Canvas are played by doubles that are as strict as their pages. Each file is added as a
person adds one, and files are sent by the command line.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.harness import CommandLine, Result, print_of
from tests.contract.cases import picture
from tests.services.doubles import canvas, linear, shopify, slack
from tests.services.doubles.canvas import Canvas
from tests.services.doubles.double import KEY, Double
from tests.services.doubles.graphql import RefusedError
from tests.services.doubles.linear import Linear
from tests.services.doubles.shopify import Shopify
from tests.services.doubles.slack import Slack
from uploader_gui.services import catalogue, survey
from uploader_gui.services.flow import flow
from uploader_gui.services.review import review

FOLDER = Path(__file__).parent / "gallery" / "services"
FILES = sorted(FOLDER.glob("*.toml"))
PATHS = {"slack": "/api", "shopify": shopify.PATH}
SECRETS = {"slack": "TOKEN", "shopify": "TOKEN", "canvas": "TOKEN", "linear": "API_KEY"}
NAMES = ["Übergrößen 👩‍👩‍👧.pdf", 'it\'s "50%" & more.pdf', "a [draft] of ](it.pdf"]

Send = Callable[..., Result]


def running(double: Double) -> Iterator[Double]:
    """A double that runs, and must not have been asked for anything that its vendor does not know."""
    with double:
        yield double
        assert not double.errors, "\n".join(double.errors)


@pytest.fixture
def slack_double() -> Iterator[Double]:
    """A workspace of Slack."""
    yield from running(Slack())


@pytest.fixture
def linear_double() -> Iterator[Double]:
    """A workspace of Linear."""
    yield from running(Linear())


@pytest.fixture
def shopify_double() -> Iterator[Double]:
    """A shop."""
    yield from running(Shopify())


@pytest.fixture
def canvas_double() -> Iterator[Double]:
    """A school."""
    yield from running(Canvas())


@pytest.fixture
def send(cli: CommandLine) -> Send:
    """Send files to a double by the command line, after its service file was added."""
    added: set[str] = set()

    def sending(
        double: Double, target: str, *files: Path, more: tuple[str, ...] = (), key: str = KEY, **inputs: str
    ) -> Result:
        service = type(double).__name__.lower()
        if service not in added:
            assert cli("services", "add", str(FOLDER / f"{service}.toml"), "--yes").code == 0
            added.add(service)
        cli.environment.setenv(f"UPLOADER_{service}_{SECRETS[service]}".upper(), key)
        where = ("--service", service, "--base", double.origin + PATHS.get(service, ""), "--target", target)
        settings = [part for name, value in inputs.items() for part in ("--set", f"{name}={value}")]
        result = cli("send", *map(str, files), *where, *settings, "--json", "--yes", *more)
        assert key not in result.out + result.err
        return result

    return sending


@pytest.fixture
def papers(tmp_path: Path) -> list[Path]:
    """Files with names as people give them."""
    paths = [tmp_path / name for name in NAMES]
    for path in paths:
        path.write_bytes(b"%PDF-1.7\n" + os.urandom(3000))
    return paths


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    """Pictures."""
    paths = [tmp_path / "front.png", tmp_path / "back of 👕.png"]
    for number, path in enumerate(paths):
        path.write_bytes(picture(3 + number))
    return paths


def whole(double: Double, result: Result, *attached: list[Path]) -> None:
    """Hold what arrived against the files: attached so often, whole, with their names."""
    assert (result.code, result.problems) == (0, []), result.text or result.err
    assert double.prints == [Counter(print_of(path) for path in paths) for paths in attached]


# ----------------------------------------------------------------------------------------------------- all of them
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_file_is_all_right(path: Path, cli: CommandLine) -> None:
    """`services check` finds no mistake, every target makes a flow, and what the file would do can be shown."""
    result = cli("services", "check", str(path))
    assert (result.code, result.err) == (0, "")
    service = catalogue.read_file(path)
    assert service.id == path.stem
    assert all(flow(service, target).transfer for target in service.targets)
    assert review(service).keys_go_to or review(service).own_address
    assert service.docs
    assert service.checked


def test_there_are_four_and_ten() -> None:
    """The four that run, and more than eight others; not one of them comes with the program."""
    names = {path.stem for path in FILES}
    assert {"slack", "linear", "shopify", "canvas"} < names
    assert len(names) >= 12
    assert not names & set(catalogue.bundled())


def test_they_use_what_the_four_bundled_ones_do_not() -> None:
    """What is proven here is more of the format: each of these keys is used by a service that is not bundled."""
    services = [catalogue.read_file(path) for path in FILES]
    assert any(one.sign is None for one in services)
    assert any(one.transfer is not None and one.transfer.auth for one in services)
    assert any(one.account.base_help for one in services)
    assert any(rule.success for one in services for rule in one.errors)
    used = {
        path
        for one in services
        for target in one.targets
        for place in survey.of_upload(one, target)
        for expression in place.template.expressions
        for path in [expression.text]
    }
    assert "headers.transfer.location" in used


# ----------------------------------------------------------------------------------------------------------- Slack
def test_slack_message(send: Send, slack_double: Slack, papers: list[Path]) -> None:
    """Several files are announced, sent and shared in one message; storage sees no key."""
    result = send(slack_double, "message", *papers, channel=slack.ROOM, text="The offer")
    whole(slack_double, result, papers)
    assert slack_double.messages[slack.ROOM][0]["text"] == "The offer"
    assert slack_double.asked("POST /api/files.completeUploadExternal") == 1


def test_slack_own_files(send: Send, slack_double: Slack, papers: list[Path]) -> None:
    """Without a channel nobody is told."""
    whole(slack_double, send(slack_double, "private", *papers), papers)
    assert not slack_double.messages[slack.ROOM]


@pytest.mark.parametrize("thread", [False, True])
def test_slack_lost_answer(send: Send, slack_double: Slack, papers: list[Path], thread: bool) -> None:
    """The answer is lost: the message is looked for over pages and found, and nothing is sent twice."""
    first = slack_double.say(slack.ROOM, "Where is the offer?")
    for number in range(3):
        slack_double.say(slack.ROOM, f"{number}")
    slack_double.lost.add("/api/files.completeUploadExternal")
    inputs = {"thread": first} if thread else {}
    result = send(slack_double, "message", *papers, channel=slack.ROOM, **inputs)
    whole(slack_double, result, papers)
    method = "replies" if thread else "history"
    assert slack_double.asked(f"GET /api/conversations.{method}") >= 1


def test_slack_shares_later(send: Send, slack_double: Slack, papers: list[Path]) -> None:
    """A message that shows only at the second look is found by that one."""
    slack_double.lost.add("/api/files.completeUploadExternal")
    slack_double.lag = 1
    whole(slack_double, send(slack_double, "message", papers[0], channel=slack.ROOM), papers[:1])


def test_slack_refuses_inside_a_200(send: Send, slack_double: Slack, papers: list[Path]) -> None:
    """`ok: false` is a refusal in Slack's own word, and nothing is attached."""
    result = send(slack_double, "message", papers[0], channel=slack.CLOSED)
    assert (result.code, result.problems) == (1, ["refused"])
    assert "not_in_channel" in result.text
    assert not slack_double.attached


def test_slack_fails_half_way(send: Send, slack_double: Slack, papers: list[Path]) -> None:
    """`fatal_error` may come after the work was done: it is looked for, not taken for a refusal."""
    slack_double.fails["files.completeUploadExternal"] = "fatal_error"
    whole(slack_double, send(slack_double, "message", papers[0], channel=slack.ROOM), papers[:1])


def test_slack_limits(send: Send, slack_double: Slack, papers: list[Path]) -> None:
    """Told to wait at either end it waits, and shares once."""
    slack_double.limited |= {"files.getUploadURLExternal", "files.completeUploadExternal"}
    whole(slack_double, send(slack_double, "message", *papers, channel=slack.ROOM), papers)


def test_slack_wrong_key(send: Send, slack_double: Slack, papers: list[Path]) -> None:
    """A key that is not taken, inside a 200, is told as one."""
    result = send(slack_double, "message", papers[0], channel=slack.ROOM, key="xoxb-Wr0ng-k3y-N0body")
    assert (result.code, result.problems) == (1, ["signed_out"])


def test_slack_channels(cli: CommandLine, send: Send, slack_double: Slack, papers: list[Path]) -> None:
    """Channels are found over pages, by name, and only those one is in."""
    send(slack_double, "private", papers[0])
    cli.environment.setenv("UPLOADER_SLACK_TOKEN", KEY)
    where = ("--service", "slack", "--base", f"{slack_double.origin}/api", "--lookup", "channel")
    result = cli("targets", *where, "--search", "gen")
    assert slack.ROOM in result.out, result.err
    assert "#general" in result.out
    assert slack.CLOSED not in cli("targets", *where).out


# ---------------------------------------------------------------------------------------------------------- Linear
def test_linear_comment(send: Send, linear_double: Linear, papers: list[Path]) -> None:
    """Signed headers of both kinds go out with the bytes; names with brackets are still links in the comment."""
    result = send(linear_double, "comment", *papers, issue=linear.IDENTIFIER, text="The offer")
    whole(linear_double, result, papers)
    assert linear_double.comments[0]["body"].startswith("The offer\n\n[")


def test_linear_lost_answer(send: Send, linear_double: Linear, papers: list[Path]) -> None:
    """The comment is found over pages by the addresses in its text, between others' comments."""
    linear_double.comments += [{"id": f"old-{number}", "body": "[x](https://elsewhere.example)"} for number in range(5)]
    linear_double.next_errors["commentCreate"] = RefusedError("boom", code="INTERNAL_SERVER_ERROR")
    linear_double.does_it_first = True
    result = send(linear_double, "comment", *papers, issue=linear.ISSUE)
    whole(linear_double, result, papers)
    assert linear_double.used.count("commentCreate") == 1


def test_linear_attachment(send: Send, linear_double: Linear, papers: list[Path]) -> None:
    """One file as an attachment: done twice after a lost answer, it is still one."""
    linear_double.next_errors["attachmentCreate"] = RefusedError("boom", code="INTERNAL_SERVER_ERROR")
    linear_double.does_it_first = True
    whole(linear_double, send(linear_double, "attachment", papers[0], issue=linear.ISSUE), papers[:1])
    assert linear_double.used.count("attachmentCreate") == 2


@pytest.mark.parametrize("field", ["fileUpload", "commentCreate"])
def test_linear_limits(send: Send, linear_double: Linear, papers: list[Path], field: str) -> None:
    """Too many requests are said with a 400: it waits, and comments once."""
    linear_double.next_errors[field] = RefusedError("Rate limit exceeded", code="RATELIMITED")
    whole(linear_double, send(linear_double, "comment", papers[0], issue=linear.ISSUE), papers[:1])


def test_linear_unknown_issue(send: Send, linear_double: Linear, papers: list[Path]) -> None:
    """An issue that is not there is told before a byte is sent, in Linear's words."""
    result = send(linear_double, "comment", papers[0], issue="ENG-8")
    assert result.code == 1
    assert "Entity not found: Issue" in result.text
    assert not linear_double.announced


# --------------------------------------------------------------------------------------------------------- Shopify
def test_shopify_files(send: Send, shopify_double: Shopify, papers: list[Path]) -> None:
    """An ordered form with a name twice; a file is made of it, waited for, and its address is there to copy."""
    result = send(shopify_double, "upload", *papers)
    assert (result.code, result.problems) == (0, []), result.text or result.err
    made = Counter(one["print"] for one in shopify_double.files.values())
    assert made == Counter(print_of(path) for path in papers)
    assert all(line["result"]["link"].startswith("https://cdn.shopify.com/") for line in result.events("stored"))


def test_shopify_product(send: Send, shopify_double: Shopify, pictures: list[Path]) -> None:
    """Pictures are tied to a product once they are ready; what was there stays, which is looked at."""
    result = send(shopify_double, "product_media", *pictures, product=shopify.PRODUCT)
    whole(shopify_double, result, pictures)
    assert shopify_double.media[0] == "gid://shopify/MediaImage/1"
    assert len(shopify_double.media) == 3


def test_shopify_lost_answer(send: Send, shopify_double: Shopify, pictures: list[Path]) -> None:
    """An internal error after the work was done: the product is asked, or it is tied again, which changes nothing."""
    shopify_double.next_errors["fileUpdate"] = RefusedError("Internal error", code="INTERNAL_SERVER_ERROR")
    shopify_double.does_it_first = True
    whole(shopify_double, send(shopify_double, "product_media", *pictures, product=shopify.PRODUCT), pictures)
    assert len(shopify_double.media) == 3


def test_shopify_refuses(send: Send, shopify_double: Shopify, papers: list[Path], pictures: list[Path]) -> None:
    """What cannot be processed is told in Shopify's words, and nothing is tied."""
    shopify_double.broken = "The picture is damaged"
    result = send(shopify_double, "product_media", *pictures, product=shopify.PRODUCT)
    assert (result.code, result.problems) == (1, ["processing_failed"])
    assert "The picture is damaged" in result.text
    assert not shopify_double.attached
    assert send(shopify_double, "product_media", papers[0], product=shopify.PRODUCT).code != 0


def test_shopify_user_errors(send: Send, shopify_double: Shopify, papers: list[Path]) -> None:
    """A refusal in userErrors is one also where the call must not be done twice: it is refused, not unknown."""
    shopify_double.on_fileCreate = lambda files: {  # type: ignore[method-assign]
        "files": [],
        "userErrors": [{"code": "LIMIT", "message": f"{len(files)} file is one too many"}],
    }
    result = send(shopify_double, "upload", papers[0])
    assert (result.code, result.problems) == (1, ["refused"])
    assert "1 file is one too many" in result.text


def test_shopify_throttled(send: Send, shopify_double: Shopify, papers: list[Path]) -> None:
    """THROTTLED inside a 200 is waited for, at a call that must not be done twice as well."""
    for field in ("stagedUploadsCreate", "fileCreate"):
        shopify_double.next_errors[field] = RefusedError("Throttled", code="THROTTLED")
    assert send(shopify_double, "upload", papers[0]).code == 0
    assert len(shopify_double.files) == 1


def test_shopify_needs_its_own_address(
    cli: CommandLine, send: Send, shopify_double: Shopify, papers: list[Path]
) -> None:
    """Each shop has an address of its own: without it no command goes on, and nothing goes to the example."""
    assert send(shopify_double, "upload", papers[0]).code == 0
    cli.environment.setenv("UPLOADER_SHOPIFY_TOKEN", KEY)
    wanted = "Shopify has an address of its own for each customer"
    where = ("--service", "shopify", "--target", "upload")
    for command in (
        ("send", str(papers[0]), *where),
        ("send", str(papers[0]), *where, "--base", "https://your-shop.example/admin/api/2027-01"),
        ("accounts", "add", "--service", "shopify"),
    ):
        cli.environment.setenv("UPLOADER_SHOPIFY_TOKEN", KEY)
        result = cli(*command)
        assert result.code == 2
        assert wanted in result.err
        assert KEY not in result.out + result.err
    shown = cli("services", "show", "shopify").out
    assert "the address that you fill in" in shown
    assert "https://acme.myshopify.com/admin/api/2026-10" in shown


# ---------------------------------------------------------------------------------------------------------- Canvas
@pytest.mark.parametrize("created", [True, False], ids=["201", "redirect"])
@pytest.mark.parametrize("target", ["course_file", "submission", "message"])
def test_canvas(send: Send, papers: list[Path], target: str, created: bool) -> None:
    """Both ways that Canvas confirms an upload, to the address that each target's files must be announced at."""
    inputs = {
        "course_file": {"course": canvas.COURSE, "folder": "handouts/week 1"},
        "submission": {"course": canvas.COURSE, "assignment": canvas.ASSIGNMENT, "text": "Late, sorry"},
        "message": {"person": canvas.PERSON},
    }
    for double in running(Canvas(created=created)):
        assert isinstance(double, Canvas)
        result = send(double, target, *papers, **inputs[target])
        if target == "course_file":
            assert (result.code, result.problems) == (0, []), result.text or result.err
            there = [one for one in double.files.values() if one["there"] and one["folder"] == "handouts/week 1"]
            assert {one["name"] for one in there} == {path.name for path in papers}
        else:
            whole(double, result, papers)


def test_canvas_lost_answer(send: Send, canvas_double: Canvas, papers: list[Path]) -> None:
    """A submission whose answer is lost is found, told from an earlier one of the same files."""
    inputs = {"course": canvas.COURSE, "assignment": canvas.ASSIGNMENT}
    whole(canvas_double, send(canvas_double, "submission", *papers, **inputs), papers)
    canvas_double.lost.add(f"/api/v1/courses/{canvas.COURSE}/assignments/{canvas.ASSIGNMENT}/submissions")
    result = send(canvas_double, "submission", *papers, more=("--again",), **inputs)
    whole(canvas_double, result, papers, papers)


def test_canvas_refuses(send: Send, canvas_double: Canvas, papers: list[Path]) -> None:
    """A refusal, in Canvas's words."""
    canvas_double.closed = True
    result = send(canvas_double, "submission", papers[0], course=canvas.COURSE, assignment=canvas.ASSIGNMENT)
    assert (result.code, result.problems) == (1, ["refused"])
    assert "The assignment is locked" in result.text


def test_canvas_courses(cli: CommandLine, send: Send, canvas_double: Canvas, papers: list[Path]) -> None:
    """A list whose pages are told in a header is read on as long as pages are full."""
    send(canvas_double, "upload", papers[0])
    canvas_double.courses = 230
    cli.environment.setenv("UPLOADER_CANVAS_TOKEN", KEY)
    where = ("--service", "canvas", "--base", canvas_double.origin, "--lookup", "course")
    assert "Course 229" in cli("targets", *where, "--search", "course 229").out
    assert canvas_double.asked("GET /api/v1/courses") == 3
