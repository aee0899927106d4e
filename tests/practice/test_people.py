"""Who made what, and what other people do: their things beside ours, their changes to ours."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from uploader_gui.practice import SAMPLES, SERVICES, PracticeService, RequestSeen
from uploader_gui.services import catalogue

CLOSE, CIRCLE = SAMPLES["close"], SAMPLES["circle"]
LEAD = CLOSE["lead"]
ROOM = f"/api/headless/v1/messages/{CIRCLE['room']}/chat_room_messages"
POSTS = f"/api/headless/v1/spaces/{CIRCLE['space']}/posts"
BODIES: dict[str, dict[str, Any]] = {
    "note": {"note": "hi"},
    "email": {"body_text": "hi", "status": "draft"},
    "sms": {"text": "hi", "status": "draft", "local_phone": CLOSE["local_phone"]},
    "whatsapp_message": {
        "message_markdown": "hi",
        "activity_at": "2027-01-15T08:00:00Z",
        "contact_id": CLOSE["contact"],
        "direction": "incoming",
        "external_whatsapp_message_id": "x",
        "local_phone": CLOSE["local_phone"],
        "remote_phone": CLOSE["remote_phone"],
    },
    "opportunity": {"note": "hi"},
}
Api = Callable[..., httpx.Client]
Upload = Callable[..., Any]


def path(kind: str) -> str:
    """Where Close lists what is of this kind."""
    return "/opportunity/" if kind == "opportunity" else f"/activity/{kind}/"


def make(client: httpx.Client, signed: Any, kind: str = "note") -> Any:
    """Let the account make something with one file at Close."""
    file = {"url": signed["download"]["url"], "filename": "a.pdf", "content_type": "application/pdf", "size": 5}
    made = client.post(path(kind), json={"lead_id": LEAD, "attachments": [file], **BODIES[kind]})
    assert made.status_code == 200, made.text
    return made.json()


def close_things(client: httpx.Client, kind: str = "note") -> list[Any]:
    """What Close lists, newest first, but for the emails that are there from the start."""
    listed = client.get(path(kind), params={"lead_id": LEAD}).json()["data"]
    return [each for each in listed if each["id"] not in (CLOSE["email"], CLOSE["sent_email"])]


def say(client: httpx.Client, signed_id: str) -> None:
    """Let the account send a chat message with one file."""
    text = {"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text", "text": "hi"}]}]}
    sent = client.post(ROOM, json={"rich_text_body": {"body": text, "attachments": [signed_id]}})
    assert sent.status_code == 202


@pytest.mark.parametrize("service", SERVICES)
def test_account_check(practice: PracticeService, api: Api, service: str) -> None:
    """The call with which a service file asks whose an account is gives all that it shows."""
    check = catalogue.find(service).account.check_
    answer = api(service).request(check.call.method, check.call.template.source, params=check.query)
    assert answer.status_code == 200
    shown = check.shows.text({"account": practice.account(service), "answer": answer.json()})
    user = practice.account(service).get("user_id", "")
    assert ("Ann Lee" if service in ("close", "circle") else user) in shown


@pytest.mark.parametrize("kind", BODIES)
def test_close_names_the_author(api: Api, upload: Upload, kind: str) -> None:
    """The answer to the creation and the list both name the user that /me/ gives."""
    client = api("close")
    me = client.get("/me/").json()["id"]
    made = make(client, upload("close"), kind)
    [listed] = close_things(client, kind)
    assert made == listed
    assert {listed[name] for name in ("created_by", "user_id", "updated_by")} == {me} == {CLOSE["me"]}
    assert listed["created_by_name"] == "Ann Lee"


def test_close_names_the_author_of_what_is_read(api: Api) -> None:
    """An email that is read by itself names its author too."""
    assert api("close").get(f"/activity/email/{CLOSE['email']}/").json()["created_by"] == CLOSE["me"]


@pytest.mark.parametrize("kind", BODIES)
def test_colleague_at_close(practice: PracticeService, api: Api, upload: Upload, kind: str) -> None:
    """A colleague's thing is like ours but for its author, its id and its copy of the file."""
    client = api("close")
    ours = make(client, upload("close"), kind)
    made = practice.as_colleague(service="close", kind=kind, record=LEAD, files=[("a.pdf", b"hello")], text="hi")
    theirs, listed = close_things(client, kind)
    assert (theirs["id"], listed) == (made, ours)
    assert (theirs["created_by"], theirs["user_id"]) == (CLOSE["colleague"],) * 2
    words = next(name for name, value in BODIES[kind].items() if value == "hi")
    assert (theirs[words], theirs["lead_id"]) == ("hi", LEAD)
    [file] = theirs["attachments"]
    assert (file["filename"], file["size"], file["content_type"]) == ("a.pdf", 5, "application/pdf")
    assert file["url"] != ours["attachments"][0]["url"]
    assert client.get(file["url"]).content == b"hello"
    assert [each.id for each in practice.world.attachments()] == [ours["id"]]
    assert len(practice.world.stored()) == 1
    both = practice.world.attachments("close", everyone=True)
    assert [(each.id, each.by) for each in both] == [(ours["id"], ""), (made, "Bo Nguyen")]
    assert practice.world.unattached("close") == []


def test_colleagues_things_on_the_page(practice: PracticeService) -> None:
    """The page says which things are a colleague's, and gives out their files."""
    practice.as_colleague(service="close", kind="note", record=LEAD, files=[("a.txt", b"theirs")])
    page = httpx.get(practice.page).text
    assert "Note · by Bo Nguyen" in page
    link = page.partition('href="')[2].partition('"')[0].replace("&amp;", "&")
    assert httpx.get(practice.origin + link).content == b"theirs"


def test_other_fields(practice: PracticeService, api: Api) -> None:
    """What the text does not say, such as an email's subject, is given by name."""
    practice.as_colleague(
        service="close", kind="email", record=LEAD, files=[], text="hi", subject="Offer", status="sent"
    )
    [email] = close_things(api("close"), "email")
    assert (email["subject"], email["status"], email["body_text"]) == ("Offer", "sent", "hi")
    practice.as_colleague(service="circle", kind="post", record=CIRCLE["space"], files=[], text="hi", name="News")
    assert api("circle").get(POSTS).json()["records"][0]["name"] == "News"


def test_colleague_in_a_chat(practice: PracticeService, api: Api, upload: Upload) -> None:
    """A message names its sender by the id that the account check gives; a colleague's has signed ids of its own."""
    client = api("circle")
    me = client.get("/api/headless/v1/community_member").json()["id"]
    signed_id = upload("circle")["signed_id"]
    say(client, signed_id)
    made = practice.as_colleague(
        service="circle", kind="chat_message", record=CIRCLE["room"], files=[("a.txt", b"hello")], text="hi"
    )
    theirs, ours = client.get(ROOM, params={"page": 1, "per_page": 60}).json()["records"]
    assert str(theirs["id"]) == made
    assert [ours["sender"]["community_member_id"], str(theirs["sender"]["community_member_id"])] == [
        me,
        CIRCLE["colleague"],
    ]
    assert ours["sender"]["id"] == ours["chat_room_participant_id"] != me
    assert ours["rich_text_body"]["body"] == theirs["rich_text_body"]["body"]
    [mine], [other] = (each["rich_text_body"]["attachments"] for each in (ours, theirs))
    assert mine["signed_id"] == signed_id != other["signed_id"]
    assert {**mine, "signed_id": "", "url": ""} == {**other, "signed_id": "", "url": ""}
    assert httpx.get(other["url"]).content == b"hello"
    assert len(practice.world.attachments()) == 1


def test_colleague_in_a_space(practice: PracticeService, api: Api, upload: Upload) -> None:
    """A post names its author by the id that the account check gives, ours as well as a colleague's."""
    client = api("circle")
    me = client.get("/api/headless/v1/community_member").json()["id"]
    cover = upload("circle", name="a.png", kind="image/png")["signed_id"]
    assert client.post(POSTS, json={"name": "T", "cover_image": cover}).json()["author"]["id"] == me
    practice.as_colleague(service="circle", kind="post", record=CIRCLE["space"], files=[("a.png", b"hello")], text="T")
    theirs, ours = client.get(POSTS).json()["records"]
    assert (ours["author"]["id"], str(theirs["author"]["id"])) == (me, CIRCLE["colleague"])
    assert theirs["cover_image_url"].endswith("/a.png")
    assert theirs["cover_image_url"] != ours["cover_image_url"]


def test_between_an_attach_and_a_look(practice: PracticeService, api: Api, upload: Upload) -> None:
    """The hook hears of a request before it is handled, and may let a colleague act there and then."""
    heard: list[RequestSeen] = []

    def hook(seen: RequestSeen) -> None:
        heard.append(seen)
        if "attach" in seen.steps or len(heard) == 2:
            practice.as_colleague(service="close", kind="note", record=LEAD, files=[("a.pdf", b"hello")], text="hi")

    signed = upload("close")
    practice.world.on_request = hook
    make(api("close"), signed)
    authors = [each["created_by"] for each in close_things(api("close"))]
    assert authors == [CLOSE["colleague"], CLOSE["me"], CLOSE["colleague"]]
    assert [each.method for each in heard] == ["POST", "GET"]
    assert heard[0].status is None
    practice.world.on_request = None
    close_things(api("close"))
    assert len(heard) == 2


def test_a_mistake_in_the_hook() -> None:
    """What the hook raises is found in the errors, and the request is answered all the same."""

    def hook(_: RequestSeen) -> None:
        raise LookupError("the test's own mistake")

    with PracticeService() as practice:
        practice.world.on_request = hook
        assert httpx.get(practice.page).status_code == 200
        assert "the test's own mistake" in practice.errors[0]


def test_changes_at_close(practice: PracticeService, api: Api, upload: Upload) -> None:
    """A colleague changes words, takes a file off and deletes; who made it stays the same."""
    client = api("close")
    note = make(client, upload("close"))["id"]
    practice.edit("close", note, text="changed")
    [seen] = close_things(client)
    assert (seen["note"], seen["created_by"], seen["updated_by"]) == ("changed", CLOSE["me"], CLOSE["colleague"])
    assert len(seen["attachments"]) == 1
    practice.remove_file("close", note, "a.pdf")
    assert close_things(client)[0]["attachments"] == []
    practice.delete("close", note)
    assert close_things(client) == []


def test_changes_of_an_email(practice: PracticeService, api: Api, upload: Upload) -> None:
    """What a colleague took off a draft is not there for the next change either."""
    client, one = api("close"), f"/activity/email/{CLOSE['email']}/"
    practice.remove_file("close", CLOSE["email"], "terms.txt")
    assert client.get(one).json()["attachments"] == []
    practice.edit("close", CLOSE["email"], text="changed")
    file = {"url": upload("close")["download"]["url"], "filename": "a.pdf", "size": 5}
    changed = client.put(one, json={"attachments": [file]}).json()
    assert [each["filename"] for each in changed["attachments"]] == ["a.pdf"]
    assert (changed["body_text"], changed["updated_by"]) == ("changed", CLOSE["me"])
    practice.delete("close", CLOSE["email"])
    assert client.get(one).status_code == 404


def test_changes_at_circle(practice: PracticeService, api: Api, upload: Upload) -> None:
    """A chat message and a post are changed, lose their file and are deleted."""
    client = api("circle")
    say(client, upload("circle")["signed_id"])
    cover = upload("circle", name="a.png", kind="image/png")["signed_id"]
    post = str(client.post(POSTS, json={"name": "T", "cover_image": cover}).json()["id"])
    message = practice.world.attachments()[0].id
    for made in (message, post):
        practice.edit("circle", made, text="changed")
    practice.remove_file("circle", message, "a.txt")
    practice.remove_file("circle", post, "a.png")
    [said], [posted] = (client.get(each).json()["records"] for each in (ROOM, POSTS))
    assert (said["body"], said["rich_text_body"]["attachments"]) == ("changed", [])
    assert said["rich_text_body"]["body"] == posted["tiptap_body"]["body"]
    assert posted["cover_image_url"] is None
    for made in (message, post):
        practice.delete("circle", made)
    assert [client.get(each).json()["records"] for each in (ROOM, POSTS)] == [[], []]


def test_what_is_not_there(practice: PracticeService, upload: Upload, api: Api) -> None:
    """A service without other people, and an unknown kind, record, field, thing or file, are said in plain words."""
    note = make(api("close"), upload("close"))["id"]

    def made(service: str, kind: str, record: str, **fields: Any) -> None:
        practice.as_colleague(service=service, kind=kind, record=record, files=[], text="hi", **fields)

    room = CIRCLE["room"]
    wrongs: list[tuple[str, Callable[[], None]]] = [
        ("Nobody else", lambda: made("haufe", "message", "x")),
        ("'task'", lambda: made("close", "task", LEAD)),
        ("'nobody'", lambda: made("close", "note", "nobody")),
        ("no subject", lambda: made("close", "note", LEAD, subject="x")),
        ("'avatar'", lambda: made("circle", "avatar", room)),
        ("'nowhere'", lambda: made("circle", "chat_message", "nowhere")),
        ("'nowhere'", lambda: made("circle", "post", "nowhere")),
        ("no name", lambda: made("circle", "chat_message", room, name="x")),
        ("'gone'", lambda: practice.edit("close", "gone", text="x")),
        ("'gone'", lambda: practice.delete("circle", "gone")),
        ("'b.txt'", lambda: practice.remove_file("close", note, "b.txt")),
    ]
    for words, wrong in wrongs:
        with pytest.raises(ValueError, match=words):
            wrong()
    assert len(practice.world.attachments(everyone=True)) == 1


def test_nobody_acts_when_it_does_not_run() -> None:
    """Before the start and after the stop there is nothing to change."""
    practice = PracticeService()
    for _ in range(2):
        with pytest.raises(RuntimeError, match="not running"):
            practice.delete("close", "x")
        if practice.folder is None:
            practice.start()
            practice.stop()
