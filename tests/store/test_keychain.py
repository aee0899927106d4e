"""Secrets in a real keychain: gnome-keyring on a bus of its own, in all the states it is met in."""

import contextlib
import secrets as random
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial

import pytest

from tests.canaries import leaks
from tests.keychain import Keychain, keychain, lead_to, needs_keychain
from uploader_gui.core.ports import SecretsError, SecretsTrouble
from uploader_gui.store.secrets import ANSWER_SECONDS, Secrets, system_keychain

pytestmark = [
    pytest.mark.slow,
    needs_keychain,
    # keyring leaves the connection of a call that failed to be collected, which closes it.
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
    pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning"),
]
ACCOUNT = "6f2a6c1e-0000-4000-8000-000000000001"


@pytest.fixture
def real(monkeypatch: pytest.MonkeyPatch) -> Iterator[Keychain]:
    """A keychain that runs and is unlocked; this process finds it and no other."""
    with keychain() as made:
        made.start()
        lead_to(made, monkeypatch)
        yield made


def _trouble(secrets: Secrets, field: str = "key") -> SecretsTrouble:
    with pytest.raises(SecretsError) as caught:
        secrets.get(ACCOUNT, field)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    return caught.value.trouble


def _entries() -> int:
    """How many entries the keychain has in all."""
    import secretstorage  # noqa: PLC0415 - on Linux only

    with contextlib.closing(secretstorage.dbus_init()) as bus:
        return len(list(secretstorage.get_default_collection(bus).get_all_items()))


@pytest.mark.parametrize(
    "value",
    [
        "simple",
        "Zoë's “key”: 'a' \\ \"b\" \t 日本語 \U0001f511",
        "two\nlines\n",
        "x" * 1000,
        "x" * 1001,
        "".join(chr(97 + number % 26) for number in range(10_000)),
        "\U0001f511" * 1500,
        "uploader-gui parts 00000000 2",
    ],
    ids=["simple", "signs", "lines", "1000", "1001", "10000", "emoji", "like-a-head"],
)
def test_what_is_put_comes_back(real: Keychain, value: str) -> None:
    """Any text, however long, also after the keychain was killed and started again; removed, nothing is left."""
    secrets = Secrets()
    secrets.put(ACCOUNT, "key", value)
    secrets.put(ACCOUNT, "other", "of its own")
    assert secrets.get(ACCOUNT, "key") == value
    real.kill()
    real.start()
    assert secrets.get(ACCOUNT, "key") == value
    assert Secrets().get(ACCOUNT, "key") == value
    secrets.remove(ACCOUNT, "key")
    assert _trouble(secrets) is SecretsTrouble.GONE
    assert secrets.get(ACCOUNT, "other") == "of its own"
    secrets.remove(ACCOUNT, "key")
    secrets.remove(ACCOUNT, "other")
    assert _entries() == 0


def test_a_value_in_the_place_of_another_leaves_nothing_of_it(real: Keychain) -> None:
    """Long after short, shorter after long: the new one comes back, and no part of an old one lies there."""
    assert real.home.exists()
    secrets = Secrets()
    for length, entries in ((10, 1), (5000, 6), (2500, 4), (10, 1)):
        value = random.token_hex(length)[:length]
        secrets.put(ACCOUNT, "key", value)
        assert secrets.get(ACCOUNT, "key") == value
        assert _entries() == entries


def test_a_locked_keychain_is_told_and_later_open(real: Keychain) -> None:
    """Nobody is there to ask for its password: told at once. Unlocked, all goes on, and the secret is there."""
    secrets = Secrets()
    secrets.put(ACCOUNT, "key", "kept")
    real.kill()
    real.start(password=None)
    assert _trouble(secrets) is SecretsTrouble.LOCKED
    for change in (partial(secrets.put, ACCOUNT, "key", "new"), partial(secrets.remove, ACCOUNT, "key")):
        with pytest.raises(SecretsError) as caught:
            change()
        assert caught.value.trouble is SecretsTrouble.LOCKED
    real.kill()
    real.start()
    assert secrets.get(ACCOUNT, "key") == "kept"


@pytest.mark.parametrize("bus", ["nothing on it", "none", "dead"])
def test_no_keychain_is_told_and_later_found(real: Keychain, bus: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No service on the bus, no bus at all, a bus that is gone: told as such; once it runs it is found."""
    real.kill()
    there = real.environment["DBUS_SESSION_BUS_ADDRESS"]
    if bus == "none":
        monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS")
    elif bus == "dead":
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={real.home}/nothing")
    secrets = Secrets()
    assert _trouble(secrets) is SecretsTrouble.NO_KEYCHAIN
    with pytest.raises(SecretsError) as caught:
        secrets.put(ACCOUNT, "key", "value")
    assert caught.value.trouble is SecretsTrouble.NO_KEYCHAIN
    secrets.put(ACCOUNT, "key", "for now", only_now=True)
    assert secrets.get(ACCOUNT, "key") == "for now"
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", there)
    real.start()
    secrets.put(ACCOUNT, "key", "value")
    assert Secrets().get(ACCOUNT, "key") == "value"


def test_a_keychain_that_is_killed_meanwhile_is_told(real: Keychain) -> None:
    """It was there, and is not: no keychain. It is there again: all goes on."""
    secrets = Secrets()
    secrets.put(ACCOUNT, "key", "kept")
    real.kill()
    assert _trouble(secrets) is SecretsTrouble.NO_KEYCHAIN
    real.start()
    assert secrets.get(ACCOUNT, "key") == "kept"


def test_a_keychain_that_hangs_is_given_up_and_used_again(real: Keychain) -> None:
    """Waiting is told, the deadline holds, later calls have deadlines of their own; when it goes on, all works again.

    What was to be put while it hung is not there afterwards, as it was told.
    """
    told = list[str]()
    secrets = Secrets(waiting=lambda: told.append("waiting"))
    secrets.put(ACCOUNT, "key", "kept")
    told.clear()  # a busy computer may have made even that wait
    real.freeze()
    secrets._deadline = 1.0
    with pytest.raises(SecretsError) as caught:
        secrets.put(ACCOUNT, "key", "never told as kept")
    assert caught.value.trouble is SecretsTrouble.NO_ANSWER
    assert told == ["waiting"]
    assert _trouble(secrets) is SecretsTrouble.NO_ANSWER
    assert told == ["waiting"] * 2
    secrets._deadline = ANSWER_SECONDS
    stuck = tuple(secrets._worker._stuck)
    assert stuck
    real.thaw()
    for thread in stuck:
        thread.join(ANSWER_SECONDS)  # the next call leaves them a moment only, which a busy computer may not keep
    assert secrets.get(ACCOUNT, "key") == "kept"
    secrets.put(ACCOUNT, "key", "new")
    assert secrets.get(ACCOUNT, "key") == "new"
    assert _entries() == 1


def test_an_entry_removed_behind_our_back_is_gone(real: Keychain) -> None:
    """The whole of it, or one part of a long one: gone; removing what is left is fine."""
    assert real.home.exists()
    secrets = Secrets()
    secrets.put(ACCOUNT, "key", "x" * 2500)
    import secretstorage  # noqa: PLC0415 - on Linux only

    with contextlib.closing(secretstorage.dbus_init()) as bus:
        [part] = [
            item
            for item in secretstorage.get_default_collection(bus).get_all_items()
            if item.get_attributes()["username"].endswith(".2")
        ]
        part.delete()
    assert _trouble(secrets) is SecretsTrouble.GONE
    secrets.remove(ACCOUNT, "key")
    assert _entries() == 0
    secrets.put(ACCOUNT, "key", "short")
    system_keychain().delete_password(f"uploader-gui {ACCOUNT}", "key")
    assert _trouble(secrets) is SecretsTrouble.GONE
    secrets.remove(ACCOUNT, "key")


def test_eight_threads_at_once(real: Keychain) -> None:
    """Each reads what it wrote; nothing is lost and nothing left over."""
    assert real.home.exists()
    secrets, wrong = Secrets(), list[str]()

    def work(number: int) -> None:
        for turn in range(6):
            value = f"{number} {turn} " * (400 if turn == 2 else 1)
            secrets.put(ACCOUNT, f"key_{number}", value)  # a long one between short ones
            if secrets.get(ACCOUNT, f"key_{number}") != value:
                wrong.append(value)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    secrets.remove_all(ACCOUNT, [f"key_{number}" for number in range(8)])
    assert _entries() == 0


def test_a_secret_is_readable_in_no_file(real: Keychain, monkeypatch: pytest.MonkeyPatch) -> None:
    """Plain, base64, hex: in no file of the keychain's, and in none of ours, whether kept or only for now."""
    monkeypatch.setenv("UPLOADER_GUI_HOME", str(real.home / "ours"))
    canaries = [f"canary-{random.token_hex(12)}" for _ in range(3)]
    secrets = Secrets()
    secrets.put(ACCOUNT, "key", canaries[0])
    secrets.put(ACCOUNT, "long", canaries[1] * 50)
    secrets.put(ACCOUNT, "now", canaries[2], only_now=True)
    real.kill()
    read = 0
    for path in real.home.rglob("*"):
        if path.is_file():
            assert leaks(path.read_bytes(), canaries) == []
            read += 1
    assert read >= 2


CHILD = """
import logging, sys, time
logging.basicConfig(level=logging.DEBUG)
from uploader_gui.store.secrets import Secrets
from uploader_gui.core.ports import SecretsError
secrets = Secrets(deadline=float(sys.argv[1]))
try:
    secrets.put("account", "key", sys.stdin.read())
except SecretsError as error:
    print(error.trouble, flush=True)
else:
    print("kept", len(secrets.get("account", "key")), flush=True)
"""


@pytest.mark.parametrize("frozen", [False, True])
def test_the_process_ends_at_once_and_tells_no_secret(real: Keychain, frozen: bool) -> None:
    """Also when the keychain still hangs; and in all that is logged, by whichever library, there is no secret."""
    canary = f"canary-{random.token_hex(12)}" * 60
    if frozen:
        real.freeze()
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, "1.5" if frozen else str(ANSWER_SECONDS)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**real.whole_environment, "UPLOADER_GUI_HOME": str(real.home)},
        text=True,
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(canary)
        child.stdin.close()
        lines = list(child.stdout)
        child.wait(20)  # while it is frozen still: what it hangs on would end after 25 s by itself
    assert ("no_answer\n" if frozen else f"kept {len(canary)}\n") in lines
    assert leaks("".join(lines).encode(), [canary[:31]]) == []
    real.thaw()
