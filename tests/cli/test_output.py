"""What is written: JSON lines with exactly the promised keys, plain lines, and what happens where nothing can be."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.children import command, environment, start
from tests.cli.harness import CommandLine, kept
from uploader_gui.practice import SAMPLES, Fault, PracticeService

LEAD = {"lead": SAMPLES["close"]["lead"]}
KEYS = {
    "step": {"event", "batch", "file", "step", "state", "ms"},
    "stored": {"event", "batch", "file", "size", "md5", "sha256", "crc32c", "etag", "proof", "result"},
    "attached": {"event", "batch", "file", "target", "files", "link", "record"},
    "problem": {"event", "batch", "file", "kind", "title", "text"},
    "done": {"event", "batch", "file", "files", "stored", "attached", "problems", "unknown"},
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Some file."""
    path = tmp_path / "Offer.pdf"
    path.write_bytes(os.urandom(1000))
    return path


FAULTS = [
    None,
    Fault(kind="reset", step="transfer"),
    Fault(kind="redirect", step="sign"),
    Fault(kind="early_413", step="transfer"),
    Fault(kind="drop_after_attach"),
    Fault(kind="unavailable", step="attach"),
    Fault(kind="redirect", step="lookup"),
]


@pytest.mark.parametrize("fault", FAULTS, ids=[f"{one.kind}-{one.step}" if one else "fine" for one in FAULTS])
def test_json_lines(fault: Fault | None, cli: CommandLine, file: Path) -> None:
    """Every line has its keys and no others, all name one batch, and the last one is `done` with integers."""
    other = file.with_name("Other.pdf")
    other.write_bytes(b"other")
    if fault is not None:
        cli.practice.misbehave(fault)
    result = cli.send("close", file, other, target="note", inputs=LEAD)
    for line in result.lines:
        assert set(line) == KEYS[line["event"]], line
        assert line["file"] in (None, str(file), str(other))
        if line["event"] == "step":
            assert isinstance(line["ms"], int)
            assert line["ms"] >= 0
            assert line["state"] in {"started", "done", "waiting", "failed"}
        elif line["event"] == "stored":
            assert line["proof"] in {"checked", "etag", "size", "none"}
    assert len({line["batch"] for line in result.lines}) == 1
    assert [line["event"] for line in result.lines].count("done") == 1
    assert all(type(result.done[name]) is int for name in KEYS["done"] - {"event", "batch", "file"})


def test_json_of_what_was_refused_beforehand(cli: CommandLine, file: Path) -> None:
    """Also what never reached the engine is told in the same lines, with `done` as the last."""
    result = cli.send("close", file, "nowhere.pdf")
    assert [line["event"] for line in result.lines] == ["problem", "done"]
    for line in result.lines:
        assert set(line) == KEYS[line["event"]]


def test_wrong_etag_lowers_the_proof(cli: CommandLine, file: Path) -> None:
    """An ETag that is no MD5 (an encrypted bucket has such) proves nothing beyond the size, and does no harm."""
    cli.practice.misbehave(Fault(kind="wrong_etag", service="close"))
    result = cli.send("close", file, target="note", inputs=LEAD)
    assert result.code == 0
    [stored] = result.events("stored")
    assert (stored["proof"], stored["etag"]) == ("size", "0" * 32)


def test_pauses_are_told(cli: CommandLine, file: Path) -> None:
    """A person is told why nothing moves and for how long, on standard error."""
    cli.practice.misbehave(Fault(kind="rate_limit", service="close", step="sign", seconds=90))
    result = cli.send("close", file, target="note", inputs=LEAD, more=())
    assert result.code == 0
    assert result.err == f"{file}: Too many requests. Trying again in 1 min 30 s.\n"


def test_targets_and_lookup(cli: CommandLine) -> None:
    """Targets are listed without a key; records are found with one."""
    listed = cli("targets", "--service", "close", "--json")
    assert [line["target"] for line in listed.lines][:2] == ["upload", "note"]
    assert "note" in cli("targets", "--service", "close").out
    cli.sign_in("close")
    where = ["--service", "close", "--base", cli.practice.base("close"), "--lookup", "lead", "--search", "globex"]
    assert cli("targets", *where, "--json").lines == [{"id": "lead_globex", "label": "Globex Corporation"}]
    cli.sign_in("close")
    assert cli("targets", *where).out == "lead_globex  Globex Corporation\n"


def test_lookup_that_finds_nothing(cli: CommandLine) -> None:
    """A person reads that nothing was found, or what a lookup needs to find anything, or why it could not look."""
    cli.sign_in("close")
    where = ["--service", "close", "--base", cli.practice.base("close"), "--lookup", "lead"]
    result = cli("targets", *where, "--search", "nobody at all")
    assert (result.code, result.out, result.err) == (0, "", "Nothing was found.\n")
    cli.sign_in("kizen")
    where = ["--service", "kizen", "--base", cli.practice.base("kizen"), "--lookup", "record"]
    result = cli("targets", *where)
    assert (result.code, result.err) == (2, "uploader-gui: the lookup “record” needs --set object=….\n")
    cli.sign_in("kizen")
    result = cli("targets", *where, "--set", "object=nothing")
    assert result.code == 1
    assert result.err.startswith("Not found. Kizen does not know")


def test_services(cli: CommandLine) -> None:
    """Services are listed and shown, their files checked, and the schema printed."""
    assert len(cli("services").out.splitlines()) == 4
    for service in ("close", "kizen", "haufe", "circle"):
        assert f"UPLOADER_{service.upper()}_" in cli("services", "show", service).out
        path = Path(__file__).parents[2] / "resources" / "services" / f"{service}.toml"
        assert "is all right" in cli("services", "check", str(path)).out
    assert cli("services", "schema").out.startswith("{")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full disk to write to")
@pytest.mark.parametrize("mode", [("--json",), ()], ids=["json", "plain"])
def test_full_disk(mode: tuple[str, ...], practice: PracticeService, file: Path) -> None:
    """Output that cannot be written ends the batch with 1 and says what became of it."""
    with Path("/dev/full").open("w") as full, start(practice, "close", [file], *mode, stdout=full) as process:
        err = process.stderr.read()
    assert process.returncode == 1
    assert "the output cannot be written: no space left on device." in err
    assert ("nothing was attached" if mode else "All files are attached.") in err
    assert len(practice.world.attachments()) == (0 if mode else 1)


def test_closed_pipe(practice: PracticeService, file: Path) -> None:
    """A reader that goes away ends the batch, without a traceback."""
    reading, writing = os.pipe()
    os.close(reading)
    with start(practice, "close", [file], "--json", stdout=writing) as process:
        os.close(writing)
        err = process.stderr.read()
    assert process.returncode == 1
    [batch] = kept()
    way_on = f"It is kept: uploader-gui resume {batch.id[:8]}"
    assert err == f"uploader-gui: the output was cut off. Interrupted: nothing was attached. {way_on}\n"
    assert not practice.world.attachments()


def test_output_that_is_not_utf8(practice: PracticeService, file: Path) -> None:
    """A name that the output cannot hold is written escaped, and nothing breaks."""
    named = file.rename(file.with_name("契約 😀.pdf"))
    env = {**environment(practice, "close"), "PYTHONIOENCODING": "latin-1"}
    arguments = [*command(practice, "close", [named])[:5], "--service", "close", "--base", practice.base("close")]
    ended = subprocess.run(arguments, env=env, capture_output=True, timeout=60, check=False)
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert b"\\u5951\\u7d04 \\U0001f600.pdf: link http" in ended.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="limits of a process are Linux's here")
def test_full_disk_of_the_practice_service(cli: CommandLine, tmp_path: Path) -> None:
    """Storage without room is a service in trouble: tried again, then told with its own words; nothing is attached."""
    limit = "import resource,sys;resource.setrlimit(resource.RLIMIT_FSIZE,(2**20,2**20));import uploader_gui.cli as c;"
    child = [sys.executable, "-c", f"{limit}sys.exit(c.main(['practice']))"]
    path = tmp_path / "large.bin"
    path.write_bytes(os.urandom(3 * 2**20))
    with subprocess.Popen(child, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = ""
        while "Stop it with Ctrl-C" not in said:
            said += process.stdout.readline()
        try:
            key = said.split("export UPLOADER_CLOSE_API_KEY=")[1].split()[0]
            base = said.split("--service close --base ")[1].split()[0]
            cli.environment.setenv("UPLOADER_CLOSE_API_KEY", key)
            where = ["--service", "close", "--base", base, "--target", "note", "--set", f"lead={LEAD['lead']}"]
            result = cli("send", str(path), *where, "--json")
        finally:
            process.terminate()
    assert (result.code, result.problems) == (1, ["service_down"])
    assert "The practice service could not store this file: the disk is full." in result.text
    assert process.returncode == 0


def test_taken_port(practice: PracticeService, cli: CommandLine) -> None:
    """A port that is taken is named, with the way out."""
    result = cli("practice", "--port", str(practice.port))
    assert result.code == 2
    assert f"port {practice.port} cannot be used: address already in use. Choose another with --port." in result.err


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows permissions of another kind")
def test_no_permission(practice: PracticeService, file: Path) -> None:
    """A file that may not be read is named, before anything is sent."""
    file.chmod(0)
    without = "-dac_override,-dac_read_search"
    # Root reads everything; without these two rights it is told no like anybody else.
    drop = ["setpriv", f"--bounding-set={without}", f"--inh-caps={without}"] if os.geteuid() == 0 else []
    env = environment(practice, "close")
    ended = subprocess.run(
        [*drop, *command(practice, "close", [file])], env=env, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 1
    assert f"{file}: File cannot be read. Offer.pdf cannot be read (no permission)." in ended.stderr
    assert not practice.world.requests
