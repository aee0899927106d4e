"""Trying a service file: played through by the real steps, and nothing leaves the computer."""

import json
import socket
from pathlib import Path

import pytest

from tests.cli.harness import CommandLine, Result
from uploader_gui.core.places import resources
from uploader_gui.services import check
from uploader_gui.services.check import ServiceFileError

BASE = Path(__file__).parents[1] / "services" / "gallery" / "base.toml"
FILES = [
    *sorted((resources() / "services").glob("*.toml")),
    BASE,
    *sorted((BASE.parent / "services").glob("*.toml")),
]
SERVICES = {path.stem: check.read(path.name, path.read_bytes()) for path in FILES}
CASES = [
    (path, target, way)
    for path in FILES
    for target in SERVICES[path.stem].targets
    for way in range(1, len(SERVICES[path.stem].account.ways) + 1)
]
# A member whose name a person fills in: it is taken apart by items(), which is not walked backwards.
NOT_GUESSED: dict[tuple[str, str], tuple[str, object]] = {
    ("datocms", "gallery"): ("item_before", {"data": {"attributes": {"field": []}}})
}
CANARY = "api_canary.7hQ2m0xVw4"


@pytest.fixture(autouse=True)
def no_connection(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Not even to this computer itself."""
    tried: list[object] = []

    def connect(_socket: object, address: object) -> None:
        tried.append(address)
        raise OSError

    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *given, **_named: connect(None, given))
    return tried


@pytest.fixture
def acme(tmp_path: Path) -> Path:
    """A service file."""
    path = tmp_path / "acme.toml"
    path.write_bytes(BASE.read_bytes())
    return path


def answered(tmp_path: Path, content: object) -> str:
    """An answer as a person saves it."""
    path = tmp_path / "answer.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("path", "target", "way"), CASES, ids=[f"{path.stem}-{name}-{way}" for path, name, way in CASES]
)
def test_every_target_of_every_service(
    path: Path, target: str, way: int, cli: CommandLine, tmp_path: Path, no_connection: list[object]
) -> None:
    """Each goes through to the end without a word of a person's: whatever its expressions ask of an answer is there."""
    more = []
    if (path.stem, target) in NOT_GUESSED:
        step, content = NOT_GUESSED[path.stem, target]
        more = ["--answer", f"{step}={answered(tmp_path, content)}"]
    result = cli("services", "try", str(path), "--target", target, "--way", str(way), *more)
    assert (result.code, result.err) == (0, "")
    service = SERVICES[path.stem]
    steps = [line.partition(". ")[2] for line in result.out.splitlines() if line[:1].isdigit()]
    assert "transfer" in steps
    assert ("attach" in steps) == (service.targets[target].call is not None)
    assert ("verify" in steps) == (service.targets[target].verify is not None)
    assert ("token" in steps) == (service.account.ways[way - 1].token is not None)
    assert no_connection == []


def test_what_would_go_out(cli: CommandLine, acme: Path, offer: Path, no_connection: list[object]) -> None:
    """Method, address, headers and body of each request, with what stands for the key; the answer; what is kept."""
    given = ["--target", "note", "--set", "deal=deal/1", "--set", "text=Hello", "--set", "tags=a", "--set", "tags=b"]
    result = cli("services", "try", str(acme), str(offer), *given)
    assert (result.code, result.err) == (0, "")
    out = " ".join(result.out.split())
    assert "<key> stands for your Key" in out
    assert "stands for the input" not in out, "all are given"
    assert "request GET https://api.acme.example/v1/me X-Key: <key> Accept: application/json" in out
    assert 'body {"name": "Offer.pdf", "type": "application/pdf"}' in out
    assert (
        "request PUT https://storage.example/upload?signature=a-signature x-example: as-answered body the file" in out
    )
    assert "request POST https://api.acme.example/v1/deals/deal%2F1/notes" in out
    assert 'body {"text": "Hello", "files": [{"id": "sign.id", "name": "Offer.pdf"}]}' in out
    assert "answer not made up: it is compared with what was sent" in out
    # Once the bytes are there the address is forgotten, as in a real upload.
    after = out.split("4. transfer")[1].split("known", 1)[1]
    assert "storage.example" not in after
    assert no_connection == []


def test_no_key_is_used(cli: CommandLine, acme: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys in the environment are neither shown nor used, and there is nothing in the ledger afterwards."""
    for name in ("UPLOADER_ACME_KEY", "UPLOADER_CLOSE_API_KEY"):
        monkeypatch.setenv(name, CANARY)
    for result in (cli("services", "try", str(acme), "--target", "note"), cli("services", "try", "close")):
        assert result.code == 0
        assert CANARY not in result.out + result.err
    assert "Authorization: Basic base64(<api_key>:)" in cli("services", "try", "close").out
    assert cli("queue", "--json").out == ""
    assert cli("history", "--json").out == ""


def test_an_answer_of_ones_own(cli: CommandLine, acme: Path, tmp_path: Path) -> None:
    """The example of the service's documentation takes the place of what was made up, and goes on from there."""
    path = answered(
        tmp_path, {"id": "u-17", "url": "https://bucket.example/k?s=1", "headers": [{"name": "A", "value": 1}]}
    )
    result = cli("services", "try", str(acme), "--answer", f"sign={path}")
    assert result.code == 1, "the file wants a link of it"
    assert "Acme's answer to sign is not as expected (there is no link in it)" in result.err or "no link" in result.err
    assert "--answer sign=FILE" in result.err
    answer = {"id": "u-17", "url": "https://bucket.example/k?s=1", "headers": [{"name": "A", "value": 1}]}
    result = cli("services", "try", str(acme), "--answer", f"sign={answered(tmp_path, answer)}")
    assert result.code == 1, "the file wants a link of it"
    assert "there is no link in it" in result.err
    assert "--answer sign=FILE" in result.err
    path = answered(tmp_path, {**answer, "link": "https://acme.example/u-17", "more": "not asked for"})
    result = cli("services", "try", str(acme), "--answer", f"sign={path}")
    assert result.code == 0, result.err
    out = " ".join(result.out.split())
    assert "(yours)" in out
    assert "request PUT https://bucket.example/k?s=1 A: 1 body" in out
    assert "not asked for" not in out.split("known", 2)[2], "only what is used is kept"


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://bucket.example/k", "is not encrypted"),
        ("file:///etc/passwd", "no web address"),
        ("https://127.0.0.1/k", "127.0.0.1"),
    ],
)
def test_storage_elsewhere(url: str, why: str, cli: CommandLine, acme: Path, tmp_path: Path) -> None:
    """Addresses are held against the same rules as in a real upload."""
    path = answered(tmp_path, {"id": "u", "url": url, "headers": {}, "link": "https://acme.example/u"})
    result = cli("services", "try", str(acme), "--answer", f"sign={path}")
    assert result.code == 1
    assert why in result.err


def test_not_ready_yet(cli: CommandLine, tmp_path: Path) -> None:
    """A service that needs longer is asked again: that is said, and is no mistake."""
    path = answered(tmp_path, {"processing_status": "PENDING"})
    result = cli("services", "try", "haufe", "--answer", f"ready={path}")
    assert (result.code, result.err) == (0, "")
    assert "would not be ready yet: the service is asked again in 2 s" in result.out
    path = answered(tmp_path, {"processing_status": "PENDING", "warnings": {"infected": True}})
    result = cli("services", "try", "haufe", "--answer", f"ready={path}")
    assert result.code == 1
    assert "The virus scan found something in this file." in result.err


@pytest.mark.parametrize(
    ("more", "why"),
    [
        (["--target", "nonsense"], "has no target “nonsense”"),
        (["--way", "2"], "Acme has 1 way to sign in."),
        (["--way", "0"], "must be a number from 1 on"),
        (["--answer", "sign"], "--answer takes STEP=FILE, with one of check, token, sign,"),
        (["--answer", "draft=x.json"], "--answer takes STEP=FILE"),
        (["--answer", "sign=/nowhere.json"], "“/nowhere.json” cannot be read: no such file or directory."),
        (["--answer", f"sign={BASE}"], "cannot be read: it is not JSON."),
        (["--set", "x=1"], "has no input “x”"),
    ],
)
def test_wrong_use(more: list[str], why: str, cli: CommandLine, acme: Path) -> None:
    """It is told what is wrong, before anything is played."""
    result = cli("services", "try", str(acme), *more)
    assert (result.code, result.out) == (2, "")
    assert why in result.err


def test_mistakes_first(cli: CommandLine, acme: Path) -> None:
    """A file with mistakes is not tried: they are listed as `check` lists them. Check says how to go on."""
    good = cli("services", "check", str(acme))
    assert f"See what it would send: uploader-gui services try {acme}" in good.out
    acme.write_text(acme.read_text("utf-8").replace("${sign.url}", "${sing.url}"), encoding="utf-8")
    result = cli("services", "try", str(acme))
    assert (result.code, result.out) == (1, "")
    assert "sing" in result.err
    assert result.err == cli("services", "check", str(acme)).err
    with pytest.raises(ServiceFileError):
        check.read("acme.toml", acme.read_bytes())


def test_what_the_target_does_not_take(cli: CommandLine, offer: Path) -> None:
    """A file that would be refused is refused here, too; an example is such as the target takes."""
    result = cli("services", "try", "circle", str(offer), "--target", "avatar")
    assert result.code == 1
    assert "image/*" in result.err
    assert "Example.png" in cli("services", "try", "circle", "--target", "avatar").out


def test_nothing_hides_in_what_is_shown(cli: CommandLine, acme: Path, tmp_path: Path) -> None:
    """What a file or an answer would do to a terminal is spelt out."""
    acme.write_text(
        acme.read_text("utf-8").replace(
            'json = { name = "${file.name}"', 'json = { x = "a\\u202eb", name = "${file.name}"'
        ),
        encoding="utf-8",
    )
    path = answered(tmp_path, {"name": "Ann\u202e\x1b[31m"})
    result: Result = cli("services", "try", str(acme), "--answer", f"check={path}")
    assert result.code == 0
    assert "\u202e" not in result.out
    assert "\x1b" not in result.out
    assert "a\\u202eb" in result.out


@pytest.mark.parametrize(
    "content",
    [[], 7, None, "text", {"name": "\ud800"}, {"name": ["deep"] * 2}, {"name": {"a": "b"}}, [[[[]]] * 50] * 50],
)
def test_any_answer(content: object, cli: CommandLine, acme: Path, tmp_path: Path) -> None:
    """Whatever is given as an answer, to whatever step: it goes on, or it is said why not."""
    path = answered(tmp_path, content)
    for step in ("check", "sign", "transfer", "draft", "attach", "lookups.deal"):
        result = cli("services", "try", str(acme), "--target", "note", "--answer", f"{step}={path}")
        assert result.code in {0, 1}
        assert bool(result.err) == bool(result.code)


def test_basic_as_a_file_writes_it(cli: CommandLine, acme: Path) -> None:
    """A header that only begins as Basic does is shown as it stands in the file."""
    acme.write_text(acme.read_text("utf-8").replace("${account.key}", "Basic ${account.key}="), encoding="utf-8")
    assert "X-Key: Basic <key>=" in cli("services", "try", str(acme)).out


def test_several_records_in_one_input(cli: CommandLine, acme: Path) -> None:
    """Each record of a list is named by a request of its own, and gets its own lookup's answer; so do those after."""
    text = acme.read_text(encoding="utf-8")
    person = """
[lookups.person]
call = "GET /people"
items = "${answer.people}"
id = "${item.id}"
label = "${item.name}"
[lookups.person.one]
call = "GET /people/${id}"
item = "${answer.person}"
"""
    several = 'inputs = [\n  { id = "people", label = "People", list = true, lookup = "person", optional = true },'
    text = text.replace("[lookups.deal]", f"{person}\n[lookups.deal]").replace("inputs = [", several)
    acme.write_text(text, encoding="utf-8")
    given = ["--set", "people=ann", "--set", "people=bob", "--set", "deal=d"]
    result = cli("services", "try", str(acme), "--target", "note", *given)
    assert (result.code, result.err) == (0, "")
    asked = [line.split(". ")[1] for line in result.out.splitlines() if ". lookup" in line]
    assert asked == ["lookups.person.one", "lookups.person.one", "lookups.deal"]
