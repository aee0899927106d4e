"""A target's flow: what must be known first, what an answer must hold, and what of it is kept."""

from pathlib import Path
from typing import Any

import pytest

from uploader_gui.services import catalogue
from uploader_gui.services.check import read
from uploader_gui.services.flow import Flow, MissingAnswerError, flow

BASE = (Path(__file__).parent / "gallery" / "base.toml").read_text()
SIGNED = {"url": "https://s3/x", "headers": {"a": "b"}, "link": "https://x", "id": 7, "more": {"secret": "s"}}


def made(*changes: tuple[str, str], target: str = "note") -> Flow:
    """The flow of the gallery's base file with these changes."""
    text = BASE
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return flow(read("acme.toml", text.encode()), target)


def test_only_what_is_used_is_kept() -> None:
    """Of an answer only the paths that the flow uses are kept: they go to the database."""
    note = made()
    assert note.keep("sign", SIGNED) == {key: SIGNED[key] for key in ("url", "headers", "link", "id")}
    assert note.keep("transfer", {"status": 200, "etag": "x", "body": {"a": 1}}) == {}
    assert note.keep("draft", {"a": 1}) == {}
    upload = made(target="upload")
    assert upload.keep("sign", SIGNED) == {key: SIGNED[key] for key in ("url", "headers", "link")}


def test_what_is_kept_of_nested_answers() -> None:
    """Only the used branch of an object is kept; of a list the whole."""
    nested = made(('link = "${sign.link}"', 'link = "${sign.pages[0].link || sign.a.b}"'))
    answer = {**SIGNED, "pages": [{"link": "x", "y": 1}], "a": {"b": 1, "c": 2}}
    kept = nested.keep("sign", answer)
    assert (kept["pages"], kept["a"]) == (answer["pages"], {"b": 1})
    selected = made(('link = "${sign.link}"', 'values = { a = "${sign.more.{s: secret}.s}" }'))
    assert selected.keep("sign", {**SIGNED, "more": {"secret": 1, "other": 2}})["more"] == {"secret": 1}


@pytest.mark.parametrize("name", ["url", "headers", "link", "id"])
@pytest.mark.parametrize("how", ["missing", "null"])
def test_what_must_be_there(name: str, how: str) -> None:
    """An answer without a path that is used unguarded is a problem, and the problem names the path."""
    answer = {key: value for key, value in SIGNED.items() if key != name} | ({name: None} if how == "null" else {})
    with pytest.raises(MissingAnswerError) as caught:
        made().keep("sign", answer)
    assert caught.value.path == name


def test_signed_id() -> None:
    """With Circle: "there is no signed_id in it"."""
    circle = flow(catalogue.find("circle"), "avatar")
    answer = {"direct_upload": {"url": "https://s3", "headers": {}}, "attachable_sgid": "x"}
    with pytest.raises(MissingAnswerError, match=r"^signed_id$"):
        circle.keep("sign", answer)
    assert circle.keep("sign", {**answer, "signed_id": "y", "key": "k"}) == {**answer, "signed_id": "y"}


@pytest.mark.parametrize("answer", [None, [], "text", 5, {}])
def test_answers_that_are_no_object(answer: object) -> None:
    """An answer that is no object at all lacks what is needed, and is no crash."""
    with pytest.raises(MissingAnswerError):
        made().keep("sign", answer)
    assert made().keep("draft", answer) == {}


def test_one_of_several() -> None:
    """With || one of the paths must be there; in conditions and left of a text none need be."""
    either = made(('link = "${sign.link}"', 'link = "${sign.link || sign.address.web}"'))
    plain = {key: SIGNED[key] for key in ("url", "headers", "id")}
    assert either.keep("sign", {**plain, "link": "x"})["link"] == "x"
    assert either.keep("sign", {**plain, "address": {"web": "y", "z": 1}})["address"] == {"web": "y"}
    with pytest.raises(MissingAnswerError, match=r"^address\.web or link$"):
        either.keep("sign", plain)
    guarded = made(('link = "${sign.link}"', "link = \"${sign.link || 'none'}\""))
    assert guarded.keep("sign", plain) == plain
    condition = made(('link = "${sign.link}"', 'values = { a = "${sign.kind == \'x\'}", b = "${sign.b && sign.c}" }'))
    assert condition.keep("sign", plain) == plain
    assert condition.keep("sign", {**plain, "kind": 1, "c": 2}) == {**plain, "kind": 1, "c": 2}


def test_headers() -> None:
    """Headers are kept by their small names, and must be there where they are used unguarded."""
    one = made(('link = "${sign.link}"', 'link = "${headers.sign.location}"'))
    assert one.keep_headers("sign", {"location": "x", "set-cookie": "y"}) == {"location": "x"}
    assert one.keep_headers("transfer", {"location": "x"}) == {}
    with pytest.raises(MissingAnswerError, match=r"^header location$"):
        one.keep_headers("sign", {})
    two = made(('link = "${sign.link}"', 'link = "${headers.sign.location || headers.sign.\\"x-link\\"}"'))
    assert two.keep_headers("sign", {"x-link": "x"}) == {"x-link": "x"}
    with pytest.raises(MissingAnswerError, match=r"^header location or x-link$"):
        two.keep_headers("sign", {})
    assert made().keep_headers("sign", {"location": "x"}) == {}


def test_digests_first() -> None:
    """Digests are taken before the transfer only where a step up to it names them; afterwards they are there."""
    assert made().digests_first == frozenset()
    assert flow(catalogue.find("circle"), "avatar").digests_first == {"md5"}
    assert flow(catalogue.find("kizen"), "record_field").digests_first == frozenset()
    signed = made(('type = "${file.type}" }', 'sum = "${file.sha256}" }'))
    assert signed.digests_first == {"sha256"}
    sent = made(
        (
            'headers = "${sign.headers}"',
            'headers = { Content-MD5 = "${file.md5_base64}", X = "${file.sha256}", Y = "${file.crc32c_base64}" }',
        )
    )
    assert sent.digests_first == {"md5", "sha256", "crc32c"}
    attached = made(("name: file.name}", "sum: file.md5}"))
    assert attached.digests_first == frozenset()


def test_image_size() -> None:
    """Width and height are looked up only where they are used."""
    assert not made().needs_image_size
    assert made(("name: file.name}", "width: file.width}")).needs_image_size
    assert flow(catalogue.find("circle"), "image_post").needs_image_size


def test_locked_inputs() -> None:
    """An input that an upload's step names is fixed before the first upload; values that are set are no inputs."""
    assert made().locked_inputs == frozenset()
    sign = 'call = "POST /deals/${target.deal}"\njson = { t = "${target.tags}" }'
    own = f"[targets.note.sign]\n{sign}\n[targets.note.verify]"
    assert made(("[targets.note.verify]", own)).locked_inputs == {"deal", "tags"}
    assert flow(catalogue.find("kizen"), "record_field").locked_inputs == frozenset()


def test_max_files() -> None:
    """The smallest of a target's max_files and the limits' counts holds."""
    assert made().max_files is None
    limited = ('seen_by = "team"', 'seen_by = "team"\nmax_files = 3\nlimits = { count = 2 }')
    assert made(limited).max_files == 2
    assert made(limited, ("[result]", "[limits]\ncount = 1\n[result]")).max_files == 1


def test_steps() -> None:
    """A target's own step replaces the service's; a step that is nowhere is None."""
    own = '[targets.note.sign]\ncall = "POST /own"\n[targets.note.verify]'
    changes = ("[targets.note.verify]", own), ('link = "${sign.link}"', "")
    note = made(*changes)
    assert note.sign is not None
    assert note.sign.call.template.source == "/own"
    assert (note.has("sign"), note.has("confirm"), note.has("ready"), note.confirm) == (True, False, False, None)
    assert note.target.label == "Note on a deal"
    assert [limits.size for limits in note.limits] == [None, None]


@pytest.mark.parametrize("service_id", catalogue.bundled())
def test_bundled_flows_keep_no_whole_answer(service_id: str) -> None:
    """None of the four keeps a whole answer of a step."""
    service = catalogue.find(service_id)
    for target in service.targets:
        kept = flow(service, target).kept
        assert not {path for paths in kept.values() for path in paths if path in {("sign",), ("confirm",), ("ready",)}}


@pytest.mark.parametrize(
    ("service", "target", "after", "left"),
    [
        ("close", "note", "sign", {"sign": {"upload": {"url": "U", "fields": "F"}, "download": {"url": "D"}}}),
        ("close", "note", "transfer", {"sign": {"download": {"url": "D"}}}),
        ("kizen", "public_image", "transfer", {"sign": {"s3object_id": "I", "fields": {"key": "K"}}}),
        ("kizen", "public_image", "confirm", {"sign": {}, "confirm": {"id": "1", "url": "P"}}),
        ("haufe", "message", "transfer", {"sign": {"file_id": "I"}}),
        ("circle", "chat_message", "transfer", {"sign": {"signed_id": "S", "attachable_sgid": "G"}}),
    ],
)
def test_what_is_no_longer_needed_is_forgotten(service: str, target: str, after: str, left: dict[str, Any]) -> None:
    """Signed addresses, forms and policies go with the last step that uses them; what is attached stays."""
    known: dict[str, dict[str, Any]] = {
        "close": {"sign": {"upload": {"url": "U", "fields": "F"}, "download": {"url": "D"}}},
        "kizen": {
            "sign": {"url": "U", "fields": {"key": "K", "policy": "P"}, "s3object_id": "I", "max_file_size": 1},
            "confirm": {"id": "1", "url": "P"},
        },
        "haufe": {"sign": {"file_url": "U", "file_id": "I", "expires_in": 600}},
        "circle": {
            "sign": {"signed_id": "S", "attachable_sgid": "G", "direct_upload": {"url": "U", "headers": {"a": "b"}}}
        },
    }
    answers = known[service]
    found = flow(catalogue.find(service), target)
    if "confirm" not in left:
        answers = {"sign": answers["sign"]}
    assert found.trim(answers, after) == left


def test_the_etag_stays() -> None:
    """Kizen's confirm needs it, and it is no secret."""
    found = flow(catalogue.find("kizen"), "public_image")
    assert found.trim({"transfer": {"status": 204, "etag": "e", "body": "b"}}, "transfer") == {
        "transfer": {"status": 204, "etag": "e"}
    }


def test_what_deleting_needs_is_kept_to_the_end() -> None:
    """What names a file is kept to the end, and required of no answer; where nothing is attached nothing is deleted."""
    cleanup = ("[targets.note]", '[cleanup]\ncall = "DELETE /files/${sign.more.secret}"\n[targets.note]')
    note = made(cleanup)
    assert note.cleanup is not None
    kept = note.keep("sign", SIGNED)
    assert kept["more"] == {"secret": "s"}
    assert note.trim({"sign": kept}, "transfer")["sign"]["more"] == {"secret": "s"}
    assert "more" not in note.keep("sign", {key: value for key, value in SIGNED.items() if key != "more"})
    assert made(cleanup, target="upload").cleanup is None
