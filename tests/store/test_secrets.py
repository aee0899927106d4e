"""Secrets in keychains that misbehave in every way that was met: what is kept, what is told, and what never shows."""

import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.store.vault import LIMIT, Vault, error
from uploader_gui.core.ports import SecretsError, SecretsTrouble
from uploader_gui.core.words import describe_keychain, only_until_quit, waiting_for_keychain
from uploader_gui.store.only_now import OnlyNow
from uploader_gui.store.secrets import Secrets

KEY = "key-c4n4ry-0123456789"
ACCOUNT = "account"


@pytest.fixture
def vault() -> Vault:
    """A keychain in memory."""
    return Vault()


@pytest.fixture
def secrets(vault: Vault) -> Secrets:
    """Secrets in it."""
    return Secrets(deadline=10, choose=lambda: vault)


def _failing(call: Callable[[], object]) -> SecretsError:
    with pytest.raises(SecretsError) as caught:
        call()
    return caught.value


def test_one_daemon_thread_calls_the_keychain(vault: Vault) -> None:
    """Choosing it included, from however many threads it is asked; the thread that asks only waits."""
    chosen_in = list[threading.Thread]()

    def choose() -> Vault:
        chosen_in.append(threading.current_thread())
        return vault

    secrets = Secrets(choose=choose)
    askers = [threading.Thread(target=secrets.put, args=(ACCOUNT, f"key_{number}", KEY)) for number in range(8)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert len(vault.entries) == 8
    assert vault.threads == {*chosen_in}
    [thread] = chosen_in
    assert thread.daemon
    assert thread is not threading.main_thread()


def test_keyring_is_imported_when_it_is_needed(tmp_path: Path) -> None:
    """It takes a quarter of a second that most commands have no use for."""
    code = "import sys; from uploader_gui.store.secrets import Secrets; Secrets(); sys.exit('keyring' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=False).returncode == 0


class KeyringLocked(Exception):  # noqa: N818 - keyring's own name
    """As keyring says it."""


class KeychainDenied(Exception):  # noqa: N818 - keyring's own name
    """As keyring's macOS part says it."""


class InitError(Exception):
    """As keyring wraps another one."""


class PromptDismissedException(Exception):  # noqa: N818 - secretstorage's own name
    """As secretstorage says it."""


class SecretServiceNotAvailableException(Exception):  # noqa: N818 - secretstorage's own name
    """As secretstorage says it."""


class DBusErrorResponse(Exception):  # noqa: N818 - jeepney's own name
    """As jeepney says it, through keyring, for KWallet without its library."""


class PanicException(BaseException):
    """As libraries written in Rust say it: no Exception."""


@pytest.mark.parametrize(
    ("kind", "cause", "trouble"),
    [
        (KeyringLocked, None, SecretsTrouble.LOCKED),
        (InitError, PromptDismissedException, SecretsTrouble.LOCKED),
        (InitError, KeychainDenied, SecretsTrouble.LOCKED),
        (InitError, SecretServiceNotAvailableException, SecretsTrouble.NO_KEYCHAIN),
        (InitError, None, SecretsTrouble.FAILED),
        (DBusErrorResponse, None, SecretsTrouble.FAILED),
        (error, None, SecretsTrouble.FAILED),
        (OSError, None, SecretsTrouble.FAILED),
        (PanicException, None, SecretsTrouble.FAILED),
    ],
)
@pytest.mark.parametrize("what", ["get", "set", "delete"])
def test_whatever_it_raises_is_told_without_its_words(
    vault: Vault,
    secrets: Secrets,
    kind: type[BaseException],
    cause: type[BaseException] | None,
    trouble: SecretsTrouble,
    what: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """No kind of error gets through as itself, and nothing of one hangs on what is told: its text may be the secret."""
    secrets.put(ACCOUNT, "key", KEY)

    def fail(asked: str, _user: str) -> None:
        if asked == what:
            raise kind(f"failed on {KEY}") from (None if cause is None else cause(KEY))

    vault.before = fail
    call: dict[str, Callable[[], object]] = {
        "get": lambda: secrets.get(ACCOUNT, "key"),
        "set": lambda: secrets.put(ACCOUNT, "key", "new"),
        "delete": lambda: secrets.remove(ACCOUNT, "key"),
    }
    told = _failing(call[what])
    assert (told.trouble, told.kind) == (trouble, kind.__name__)
    assert told.__cause__ is told.__context__ is None
    whole = "".join(traceback.format_exception(told)) + repr(told) + caplog.text
    assert KEY not in whole
    assert "failed on" not in whole
    vault.before = lambda _what, _user: None
    assert secrets.get(ACCOUNT, "key") == KEY, "what was there is there, and the thread goes on"


@pytest.mark.parametrize("priority", [-1, 0, 0.5])
def test_what_keyring_does_not_recommend_is_no_keychain(vault: Vault, priority: float) -> None:
    """Plain files have half a point, what forgets everything less than none: neither gets a secret."""
    vault.priority = priority
    secrets = Secrets(choose=lambda: vault)
    assert _failing(lambda: secrets.put(ACCOUNT, "key", KEY)).trouble is SecretsTrouble.NO_KEYCHAIN
    assert not vault.threads
    vault.priority = 1
    secrets.put(ACCOUNT, "key", KEY)


PLAIN = """
from pathlib import Path
from keyring.backend import KeyringBackend
class Plain(KeyringBackend):
    priority = 0.5
    def set_password(self, *facts):
        Path("secrets.txt").write_text(str(facts))
    def get_password(self, *facts):
        return None
"""
ASK = """
from uploader_gui.core.ports import SecretsError
from uploader_gui.store.only_now import OnlyNow
from uploader_gui.store.secrets import Secrets
try:
    Secrets().put("account", "key", "value")
except SecretsError as error:
    print(error.trouble)
"""


@pytest.mark.parametrize("named", [True, False])
def test_a_plain_file_is_never_used(tmp_path: Path, named: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not when it is the only one that keyring finds, and not when the person's settings name it."""
    (tmp_path / "plain.py").write_text(PLAIN, encoding="utf-8")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "plain.Plain")
    if not named:
        monkeypatch.delenv("PYTHON_KEYRING_BACKEND")
    code = f"import sys; sys.path.insert(0, '.'); import plain\n{ASK}"
    told = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, capture_output=True, text=True)
    assert told.stdout == "no_keychain\n"
    assert not (tmp_path / "secrets.txt").exists()


@pytest.mark.parametrize(
    "value", ["x" * 1000, "x" * 1001, "\U0001f511" * 700, "a" + "\U0001f511" * 5000, "é" * 3000, "y" * 10_000]
)
def test_no_entry_is_longer_than_windows_takes(vault: Vault, secrets: Secrets, value: str) -> None:
    """Counted as Windows does, where an emoji is two: all parts fit, and none is torn inside a sign."""
    secrets.put(ACCOUNT, "key", value)
    assert secrets.get(ACCOUNT, "key") == value
    assert max(len(text.encode("utf-16-le")) for text in vault.entries.values()) <= min(LIMIT, 2000)
    secrets.remove(ACCOUNT, "key")
    assert not vault.entries


@pytest.mark.parametrize("head", ["uploader-gui parts ", "uploader-gui parts x", "uploader-gui parts ../a 0"])
def test_an_entry_somebody_else_wrote_over_is_gone(vault: Vault, secrets: Secrets, head: str) -> None:
    """What looks like ours and is not leads nowhere; a new value takes its place."""
    vault.entries[f"uploader-gui {ACCOUNT}", "key"] = head
    assert _failing(lambda: secrets.get(ACCOUNT, "key")).trouble is SecretsTrouble.GONE
    secrets.put(ACCOUNT, "key", KEY)
    assert secrets.get(ACCOUNT, "key") == KEY


OLD = {"key": "old", "long": "old " * 800}


@pytest.mark.parametrize("new", [{"key": "new", "long": "new"}, {"key": "new " * 800, "long": "new " * 1200}, None])
@pytest.mark.parametrize("done", [False, True], ids=["refused", "done and yet failed"])
def test_a_change_is_made_whole_or_not_at_all(new: dict[str, str] | None, done: bool) -> None:
    """Whichever call of the keychain fails, before or after it did its work: all is old, or all is new."""
    failed = 0
    for at in range(1, 60):
        vault = Vault()
        secrets = _in(vault)
        secrets.put_all(ACCOUNT, OLD)
        old = dict(vault.entries)
        setattr(vault, "after" if done else "before", _FailsOnce(at))
        try:
            secrets.remove_all(ACCOUNT, OLD) if new is None else secrets.put_all(ACCOUNT, new)
        except SecretsError:
            failed += 1
            assert vault.entries == old
            continue
        vault.before = vault.after = lambda _what, _user: None
        if new is not None:
            assert {field: secrets.get(ACCOUNT, field) for field in OLD} == new
        else:
            assert not {(f"uploader-gui {ACCOUNT}", field) for field in OLD} & {*vault.entries}
    assert failed >= 2


def _in(vault: Vault) -> Secrets:
    return Secrets(choose=lambda: vault)


class _FailsOnce:
    """The call with this number fails."""

    def __init__(self, at: int) -> None:
        self._left = at

    def __call__(self, _what: str, _user: str) -> None:
        self._left -= 1
        if self._left == 0:
            raise OSError


def test_a_put_that_comes_too_late_is_taken_back(vault: Vault) -> None:
    """It was told as not kept: once the keychain goes on, what was there before is there again, or nothing."""
    waited = list[int]()
    secrets = Secrets(deadline=0.7, waiting=lambda: waited.append(1), choose=lambda: vault)
    secrets.put(ACCOUNT, "key", "old")
    go_on, stuck = threading.Event(), threading.Event()

    def hang(what: str, _user: str) -> None:
        if what == "set" and not go_on.is_set():
            stuck.set()
            go_on.wait(20)

    vault.before = hang
    began = time.monotonic()
    told = _failing(lambda: secrets.put_all(ACCOUNT, {"key": "new", "other": "new"}))
    assert told.trouble is SecretsTrouble.NO_ANSWER
    assert 0.6 < time.monotonic() - began < 5
    assert stuck.is_set()
    assert waited == [1]
    # Asked while it still hangs: withdrawn, so that it is not done some time later.
    assert _failing(lambda: secrets.put(ACCOUNT, "third", "x")).trouble is SecretsTrouble.NO_ANSWER
    go_on.set()
    assert secrets.get(ACCOUNT, "key") == "old"
    for field in ("other", "third"):
        assert _failing(partial(secrets.get, ACCOUNT, field)).trouble is SecretsTrouble.GONE


def test_one_call_that_never_comes_back_blocks_no_other(vault: Vault) -> None:
    """A prompt whose answer got lost keeps its thread for good; another one does what is asked next."""
    secrets = Secrets(deadline=1.6, choose=lambda: vault)  # the one that is stuck is given a second
    secrets.put(ACCOUNT, "key", KEY)
    for_ever, first = threading.Event(), iter([True])
    vault.before = lambda _what, _user: for_ever.wait(60) if next(first, False) else None
    assert _failing(lambda: secrets.get(ACCOUNT, "key")).trouble is SecretsTrouble.NO_ANSWER
    assert secrets.get(ACCOUNT, "key") == KEY
    assert len(vault.threads) == 2
    for_ever.set()


def test_a_wait_can_be_ended(vault: Vault) -> None:
    """Ctrl-C, or a window's Cancel raised from the waiting: it is given up at once, and what it did is undone."""
    go_on = threading.Event()

    def stop() -> None:
        raise KeyboardInterrupt

    secrets = Secrets(waiting=stop, choose=lambda: vault)
    vault.before = lambda what, _user: go_on.wait(20) if what == "set" else None
    with pytest.raises(KeyboardInterrupt):
        secrets.put(ACCOUNT, "key", KEY)
    go_on.set()
    assert _failing(lambda: secrets.get(ACCOUNT, "key")).trouble is SecretsTrouble.GONE
    assert not vault.entries


def test_only_now_is_nowhere_but_in_memory(vault: Vault, secrets: Secrets) -> None:
    """The keychain is not asked; the next instance, as the next start of the program, knows nothing of it."""
    secrets.put(ACCOUNT, "key", KEY, only_now=True)
    assert secrets.get(ACCOUNT, "key") == secrets.get(ACCOUNT, "key", only_now=True) == KEY
    assert not vault.threads
    assert _failing(lambda: Secrets(choose=lambda: vault).get(ACCOUNT, "key")).trouble is SecretsTrouble.GONE
    assert KEY not in repr(secrets)
    secrets.forget("another")
    assert secrets.get(ACCOUNT, "key") == KEY
    secrets.forget(ACCOUNT)
    assert _failing(lambda: secrets.get(ACCOUNT, "key", only_now=True)).trouble is SecretsTrouble.GONE


def test_only_now_stands_before_what_is_kept(secrets: Secrets) -> None:
    """Until it is forgotten, or a newer one is kept; removing removes both."""
    secrets.put(ACCOUNT, "key", "kept")
    secrets.put(ACCOUNT, "key", "now", only_now=True)
    assert secrets.get(ACCOUNT, "key") == "now"
    secrets.put(ACCOUNT, "key", "newer")
    assert secrets.get(ACCOUNT, "key") == "newer"
    secrets.put(ACCOUNT, "key", "now", only_now=True)
    secrets.remove(ACCOUNT, "key")
    assert _failing(lambda: secrets.get(ACCOUNT, "key")).trouble is SecretsTrouble.GONE


def test_accounts_do_not_know_each_others_secrets(secrets: Secrets) -> None:
    """The same field of two accounts is two secrets; an empty one is none."""
    secrets.put("a", "key", "of a")
    secrets.put("b", "key", "of b")
    secrets.remove("a", "key")
    assert secrets.get("b", "key") == "of b"
    with pytest.raises(ValueError, match="empty"):
        secrets.put("a", "key", "")


def test_the_idle_thread_holds_no_secret(vault: Vault, secrets: Secrets) -> None:
    """While it waits for the next call, nothing of the last one is left in it for a crash report to show."""
    secrets.put(ACCOUNT, "key", KEY)
    assert secrets.get(ACCOUNT, "key") == KEY
    [thread] = vault.threads
    time.sleep(0.05)
    assert thread.ident is not None
    frame, seen = sys._current_frames().get(thread.ident), 0
    while frame is not None:
        for value in frame.f_locals.values():
            assert KEY not in repr(getattr(value, "__dict__", value))
        frame, seen = frame.f_back, seen + 1
    assert seen > 2


WINDOWS = """
import sys, types
class error(Exception):
    def __init__(self, winerror, funcname):
        super().__init__(winerror, funcname)
        self.winerror, self.funcname = winerror, funcname
vault = {}
def read(Type, TargetName):
    if TargetName not in vault:
        raise error(1168, "CredRead")
    return dict(vault[TargetName])
def write(credential, flags):
    blob = credential["CredentialBlob"].encode("utf-16-le")
    if len(blob) > 2560:
        raise error(1783, "CredWrite")
    assert credential["Persist"] == 2, "it would go to every computer"
    vault[credential["TargetName"]] = {**credential, "CredentialBlob": blob}
def delete(Type, TargetName):
    if TargetName not in vault:
        raise error(1168, "CredDelete")
    del vault[TargetName]
package, pywin32 = types.ModuleType("win32ctypes"), types.ModuleType("win32ctypes.pywin32")
pywin32.pywintypes, pywin32.win32cred = types.ModuleType("pywintypes"), types.ModuleType("win32cred")
pywin32.pywintypes.error = error
vars(pywin32.win32cred).update(CredRead=read, CredWrite=write, CredDelete=delete, CRED_TYPE_GENERIC=1,
    CRED_PERSIST_ENTERPRISE=3, CRED_PERSIST_LOCAL_MACHINE=2)
sys.modules |= {"win32ctypes": package, "win32ctypes.pywin32": pywin32}

from uploader_gui.core.ports import SecretsError
from uploader_gui.store.only_now import OnlyNow
from uploader_gui.store.secrets import Secrets
secrets = Secrets()
values = {"user": "Ann", "key": "k" * 5000, "odd": "\\U0001f511" * 1280, "short": "s"}
for turn in range(3):
    for field, value in values.items():
        secrets.put("account", field, value + str(turn))
        secrets.put("other", field, "other")
    secrets.put_all("account", {field: value + str(turn) for field, value in values.items()})
    for field, value in values.items():
        assert secrets.get("account", field) == value + str(turn)
secrets.put("account", "key", "short now")
assert secrets.get("account", "key") == "short now"
secrets.remove_all("account", values)
for field in values:
    try:
        secrets.get("account", field)
        raise AssertionError(field)
    except SecretsError as told:
        assert told.trouble == "gone"
    assert secrets.get("other", field) == "other"
assert not [name for name in vault if "account" in name], list(vault)
secrets.remove_all("other", values)
assert not vault
print("good")
"""


def test_the_windows_backend_with_its_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real one, on a vault with Windows' limit: any length, several fields, nothing left over, and kept here only.

    It moves entries of one service name about; what is read and removed must be right nevertheless.
    """
    monkeypatch.delenv("PYTHON_KEYRING_BACKEND")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    told = subprocess.run([sys.executable, "-c", WINDOWS], cwd=tmp_path, check=False, capture_output=True, text=True)
    assert (told.stdout, told.stderr) == ("good\n", "")


def test_every_trouble_has_its_sentence() -> None:
    """What happened and the way out, no placeholder left over, and no two alike."""
    sentences = {trouble: describe_keychain(trouble, "DBusErrorResponse") for trouble in SecretsTrouble}
    assert len({sentence.text for sentence in sentences.values()}) == len(SecretsTrouble)
    for sentence in sentences.values():
        assert sentence.title
        assert not sentence.title.endswith(".")
        assert sentence.text.endswith(".")
        assert "{" not in sentence.whole
    assert "DBusErrorResponse" in sentences[SecretsTrouble.FAILED].text
    assert waiting_for_keychain().startswith("Waiting for your keychain")
    assert "only until you quit" in only_until_quit()


def test_waiting_is_given_up(vault: Vault, secrets: Secrets) -> None:
    """A person who does not want to wait need not: the call did not happen, and the next one is a call like any."""
    go, asked = threading.Event(), threading.Event()

    def hangs(_what: str, _user: str) -> None:
        asked.set()
        go.wait(20)

    vault.before = hangs
    errors: list[SecretsError] = []
    waits = threading.Thread(
        target=lambda: errors.append(_failing(partial(secrets.put, ACCOUNT, "key", KEY))), daemon=True
    )
    waits.start()
    assert asked.wait(10)
    secrets.give_up()
    waits.join(10)
    assert [error.trouble for error in errors] == [SecretsTrouble.STOPPED]
    go.set()
    assert _failing(lambda: secrets.get(ACCOUNT, "key")).trouble is SecretsTrouble.GONE
    secrets.put(ACCOUNT, "key", KEY)
    assert secrets.get(ACCOUNT, "key") == KEY


def test_the_end(vault: Vault, secrets: Secrets) -> None:
    """Once the program ends nobody waits, now or later, and the keychain's thread ends."""
    secrets.put(ACCOUNT, "key", KEY)
    [thread] = vault.threads
    secrets.give_up(for_good=True)
    thread.join(10)
    assert not thread.is_alive()
    assert _failing(lambda: secrets.get(ACCOUNT, "key")).trouble is SecretsTrouble.STOPPED


def test_memory_outlives_one_opening(vault: Vault) -> None:
    """What is only for now is there however often accounts are opened; it shows in nothing that is printed."""
    kept = OnlyNow()
    Secrets(choose=lambda: vault, only_now=kept).put(ACCOUNT, "key", KEY, only_now=True)
    assert Secrets(choose=lambda: vault, only_now=kept).get(ACCOUNT, "key", only_now=True) == KEY
    assert KEY not in repr(kept)
