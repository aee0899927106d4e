"""The desktop on a real bus: what it is asked for, word for word, and that nothing is held or left afterwards."""

import queue
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path, PureWindowsPath
from typing import Any, Self

import pytest

from uploader_gui.workers import desktop as desktop_module
from uploader_gui.workers.desktop import Desktop, Nobody
from uploader_gui.workers.desktop_mac import MacHost
from uploader_gui.workers.desktop_windows import WindowsHost, explorer
from uploader_gui.workers.errands import some_are_left
from uploader_gui.workers.notes import Note, Press, Pressed

pytestmark = pytest.mark.slow
linux = pytest.mark.skipif(sys.platform != "linux", reason="D-Bus is what desktops of Linux speak")

BUS = """<busconfig><type>session</type><listen>unix:dir={folder}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/></policy>
</busconfig>"""
HEARD = 10
NOTE = Note(title="a", text="b", about="1", buttons=((Press.OPEN_RECORD, "Open the record"), (Press.SHOW, "Show")))


@pytest.fixture
def bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A session's bus with nobody on it."""
    settings = tmp_path / "bus.conf"
    folder = tmp_path / "b"
    folder.mkdir()
    settings.write_text(BUS.format(folder=folder), encoding="utf-8")
    daemon = subprocess.Popen(
        ["dbus-daemon", f"--config-file={settings}", "--nofork", "--nopidfile", "--print-address=1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert daemon.stdout is not None
    address = daemon.stdout.readline().strip()
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    yield address
    daemon.kill()
    daemon.wait(5)
    daemon.stdout.close()


class Service:
    """Somebody on the bus who answers every call with what the test says, and notes it.

    Args:
        address: The bus.
        name: As whom.
        answers: By method: the answer's types and values; None: it says no.
    """

    def __init__(self, address: str, name: str, answers: dict[str, tuple[str | None, tuple[Any, ...]] | None]) -> None:
        self.calls: queue.SimpleQueue[tuple[str, str, tuple[Any, ...]]] = queue.SimpleQueue()
        self._name = name
        self._answers = answers
        self._address = address
        self.asked_by = ""
        self._telling: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._ready = threading.Event()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, name=f"service {name}")

    def __enter__(self) -> Self:
        """Be there."""
        self._thread.start()
        assert self._ready.wait(HEARD)
        return self

    def __exit__(self, *_: object) -> None:
        """Be gone."""
        self._over.set()
        self._thread.join(HEARD)

    def next(self) -> tuple[str, str, tuple[Any, ...]]:
        """The next call: method, types, what was given."""
        return self.calls.get(timeout=HEARD)

    def tell(self, member: str, types: str, given: tuple[Any, ...], whom: str = "") -> None:
        """Tell something by itself: to one connection, or to all."""
        self._telling.put((member, types, given, whom))

    def _told(self) -> Any:
        from jeepney import DBusAddress, HeaderFields, new_signal  # noqa: PLC0415 - Linux only

        member, types, given, whom = self._telling.get_nowait()
        emitter = DBusAddress(f"/{self._name.replace('.', '/')}", interface=self._name)
        signal = new_signal(emitter, member, types, given)
        if whom:
            signal.header.fields[HeaderFields.destination] = whom
        return signal

    def _work(self) -> None:
        from jeepney import HeaderFields, MessageType, new_error, new_method_return  # noqa: PLC0415 - Linux only
        from jeepney.bus_messages import message_bus  # noqa: PLC0415 - likewise
        from jeepney.io.blocking import Proxy, open_dbus_connection  # noqa: PLC0415 - likewise

        with open_dbus_connection(self._address) as connection:
            Proxy(message_bus, connection).RequestName(self._name)
            self._ready.set()
            while not self._over.is_set():
                while not self._telling.empty():
                    connection.send(self._told())
                with suppress(TimeoutError):
                    asked = connection.receive(timeout=0.02)
                    if asked.header.message_type is not MessageType.method_call:
                        continue
                    method = asked.header.fields[HeaderFields.member]
                    self.asked_by = asked.header.fields[HeaderFields.sender]
                    self.calls.put((method, asked.header.fields.get(HeaderFields.signature, ""), tuple(asked.body)))
                    answer = self._answers.get(method)
                    if answer is None:
                        connection.send(new_error(asked, "org.example.No"))
                    else:
                        connection.send(new_method_return(asked, *answer))


@linux
@pytest.mark.parametrize("markup", [True, False])
def test_notification(bus: str, markup: bool) -> None:
    """It arrives with the types that desktops demand; where texts are marked up, nothing in it is taken for mark-up."""
    from uploader_gui.workers.desktop_linux import LinuxHost  # noqa: PLC0415 - Linux only

    capable: tuple[str, tuple[Any, ...]] = ("as", (["body", "body-markup"] if markup else ["body"],))
    answers: dict[str, Any] = {"GetCapabilities": capable, "Notify": ("u", (7,))}
    host = LinuxHost()
    with Service(bus, "org.freedesktop.Notifications", answers) as notes:
        assert host.notify(Note(title="Attached: R&D", text="2 <b>files</b> & more"))
        assert notes.next()[0] == "GetCapabilities"
        method, types, given = notes.next()
        assert (method, types) == ("Notify", "susssasa{sv}i")
        body = "2 &lt;b&gt;files&lt;/b&gt; &amp; more" if markup else "2 <b>files</b> & more"
        assert given[:6] == ("Uploader", 0, "", "Attached: R&D", body, [])
    host.close()


@linux
def test_pressed_on_a_notification(bus: str) -> None:
    """Where the desktop has buttons they are asked for, and what is pressed is heard: whose it is, and its token.

    Told to everybody on the bus, or to us alone; what is not about ours, is not known or is closed is passed over.
    """
    from uploader_gui.workers.desktop_linux import LinuxHost  # noqa: PLC0415 - Linux only

    heard: queue.SimpleQueue[Pressed] = queue.SimpleQueue()
    capable: tuple[str, tuple[Any, ...]] = ("as", (["body", "actions"],))
    answers: dict[str, Any] = {"GetCapabilities": capable, "Notify": ("u", (7,))}
    host = LinuxHost(heard.put)
    with Service(bus, "org.freedesktop.Notifications", answers) as notes:
        assert host.notify(NOTE)
        notes.next()
        _method, _types, given = notes.next()
        assert given[5] == ["default", "Show", "open_record", "Open the record", "show", "Show"]
        us = notes.asked_by
        for whom in ("", us):
            notes.tell("ActionInvoked", "us", (8, "default"), whom)
            notes.tell("ActionInvoked", "us", (7, "something else"), whom)
            notes.tell("ActionInvoked", "us", (7, "default"), whom)
            assert heard.get(timeout=HEARD) == Pressed(about="1", press=Press.SHOW)
            notes.tell("ActivationToken", "us", (7, "a token"), whom)
            notes.tell("ActionInvoked", "us", (7, "open_record"), whom)
            assert heard.get(timeout=HEARD) == Pressed(about="1", press=Press.OPEN_RECORD, token="a token")
            notes.tell("ActionInvoked", "us", (7, "show"), whom)
            assert heard.get(timeout=HEARD) == Pressed(about="1", press=Press.SHOW), "a token is good once"
        notes.tell("NotificationClosed", "uu", (7, 2))
        notes.tell("ActionInvoked", "us", (7, "default"))
        answers["Notify"] = ("u", (9,))
        assert host.notify(NOTE)
        notes.tell("ActionInvoked", "us", (9, "show"))
        assert heard.get(timeout=HEARD).about == "1"
        assert heard.empty(), "what was closed is not pressed"
    host.close()
    assert not [one for one in threading.enumerate() if "_receiver" in one.name]


@linux
def test_bus_that_ends(bus: str) -> None:
    """A session that ends while notifications are listened for breaks nothing, and the next one is told of again."""
    from uploader_gui.workers.desktop_linux import LinuxHost  # noqa: PLC0415 - Linux only

    host = LinuxHost()
    answers: dict[str, Any] = {"GetCapabilities": ("as", (["actions"],)), "Notify": ("u", (7,))}
    with Service(bus, "org.freedesktop.Notifications", answers):
        assert host.notify(NOTE)
    router = host._notes._router
    assert router is not None
    router.conn.sock.shutdown(socket.SHUT_RDWR)
    router._rcv_thread.join(HEARD)
    assert not router._rcv_thread.is_alive()
    assert not host.notify(NOTE)
    with Service(bus, "org.freedesktop.Notifications", answers):
        assert host.notify(NOTE)
    host.close()


@linux
@pytest.mark.parametrize(
    ("name", "asked", "types", "given", "ended"),
    [
        ("org.freedesktop.PowerManagement", "Inhibit", "ss", ("Uploader", "sending"), ("UnInhibit", "u", (99,))),
        ("org.gnome.SessionManager", "Inhibit", "susu", ("Uploader", 0, "sending", 4), ("Uninhibit", "u", (99,))),
    ],
)
def test_kept_awake(
    bus: str, name: str, asked: str, types: str, given: tuple[Any, ...], ended: tuple[str, str, tuple[Any, ...]]
) -> None:
    """Whoever minds the power is asked once, and told when it may sleep again, at the latest when the program ends."""
    from uploader_gui.workers.desktop_linux import LinuxHost  # noqa: PLC0415 - Linux only

    host = LinuxHost()
    with Service(bus, name, {"Inhibit": ("u", (99,)), ended[0]: (None, ())}) as power:
        assert host.hold("sending")
        assert power.next() == (asked, types, given)
        host.release()
        assert power.next() == ended
        host.release()
        assert host.hold("sending")
        assert power.next()[0] == asked
        host.close()
        assert power.next() == ended
        assert power.calls.empty()


@linux
def test_the_system_keeps_awake(bus: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the session has nobody for it, the system holds sleep off for as long as what it gave is open."""
    import os  # noqa: PLC0415 - pipes, which only this test needs

    from jeepney.fds import FileDescriptor  # noqa: PLC0415 - Linux only

    from uploader_gui.workers import desktop_linux  # noqa: PLC0415 - likewise

    reads, writes = os.pipe()
    host, asked = desktop_linux.LinuxHost(), list[tuple[Any, ...]]()

    def call(bus_name: str, _whom: object, method: str, *given: Any, **_more: Any) -> tuple[Any, ...] | None:
        asked.append((bus_name, method, *given))
        return (FileDescriptor(writes),) if bus_name == "SYSTEM" else None

    monkeypatch.setattr(host, "_call", call)
    assert host.hold("sending")
    assert asked[-1] == ("SYSTEM", "Inhibit", "ssss", ("sleep", "Uploader", "sending", "block"))
    os.set_blocking(reads, False)
    with pytest.raises(BlockingIOError):
        os.read(reads, 1)
    host.close()
    assert os.read(reads, 1) == b"", "its other end is closed"
    os.close(reads)
    assert bus


@linux
def test_refused_and_silent(bus: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A desktop that says no, is not there, hangs or goes away changes nothing; it is asked anew the next time."""
    from uploader_gui.workers import desktop_linux  # noqa: PLC0415 - Linux only

    monkeypatch.setattr(desktop_linux, "SECONDS", 0.2)
    host = desktop_linux.LinuxHost()
    assert not host.notify(NOTE)
    assert not host.hold("sending")
    host.progress(0.5, 1)
    with Service(bus, "org.freedesktop.Notifications", {"GetCapabilities": ("as", (["body"],))}) as notes:
        assert not host.notify(NOTE)
        assert [notes.next()[0] for _one in range(2)] == ["GetCapabilities", "Notify"]
    host.close()
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")
    assert not host.notify(NOTE)
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS")
    assert not host.hold("sending")
    host.progress(None, 0)
    host.close()


@linux
def test_one_that_hangs_ends_nothing(bus: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever shows notifications and does not answer is left; who keeps the computer awake goes on doing so."""
    from jeepney.bus_messages import message_bus  # noqa: PLC0415 - Linux only
    from jeepney.io.blocking import Proxy, open_dbus_connection  # noqa: PLC0415 - likewise

    from uploader_gui.workers import desktop_linux  # noqa: PLC0415 - likewise

    host = desktop_linux.LinuxHost()
    power = Service(bus, "org.gnome.SessionManager", {"Inhibit": ("u", (99,)), "Uninhibit": (None, ())})
    with power, open_dbus_connection(bus) as silent:
        assert host.hold("sending")
        assert power.next()[0] == "Inhibit"
        Proxy(message_bus, silent).RequestName("org.freedesktop.Notifications")
        before = host._buses["SESSION"].unique_name
        monkeypatch.setattr(desktop_linux, "SECONDS", 0.2)
        assert not host.notify(NOTE)
        monkeypatch.setattr(desktop_linux, "SECONDS", 5.0)
        # The session ends what it was asked for by a name that is gone.
        assert host._buses["SESSION"].unique_name == before
        host.release()
        assert power.next()[0] == "Uninhibit"
    host.close()


@linux
def test_progress_on_the_icon(bus: str) -> None:
    """Docks hear how far it is, in the form of Ubuntu's launcher."""
    from jeepney import HeaderFields, MatchRule  # noqa: PLC0415 - Linux only
    from jeepney.bus_messages import message_bus  # noqa: PLC0415 - likewise
    from jeepney.io.blocking import Proxy, open_dbus_connection  # noqa: PLC0415 - likewise

    from uploader_gui.workers.desktop_linux import LinuxHost  # noqa: PLC0415 - likewise

    host = LinuxHost()
    rule = MatchRule(type="signal", interface="com.canonical.Unity.LauncherEntry")
    with open_dbus_connection(bus) as dock:
        Proxy(message_bus, dock).AddMatch(rule)
        with dock.filter(rule) as heard:
            host.progress(0.62, 2)
            told = dock.recv_until_filtered(heard, timeout=HEARD)
    assert told.header.fields[HeaderFields.signature] == "sa{sv}"
    assert told.body == (
        "application://uploader-gui.desktop",
        {
            "progress": ("d", 0.62),
            "progress-visible": ("b", True),
            "count": ("x", 2),
            "count-visible": ("b", True),
        },
    )
    host.close()


@linux
def test_shown_in_the_file_manager(bus: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is given addresses, as its interface says; one that is not there, says no or hangs is not waited for long."""
    from uploader_gui.workers import desktop_linux  # noqa: PLC0415 - Linux only

    host = desktop_linux.LinuxHost()
    path = tmp_path / "ü #1, 100 %.pdf"
    assert not host.show([path])
    with Service(bus, "org.freedesktop.FileManager1", {"ShowItems": (None, ())}) as manager:
        assert host.show([path, tmp_path])
        given = [f"file://{tmp_path}/%C3%BC%20%231%2C%20100%20%25.pdf", f"file://{tmp_path}"], ""
        assert manager.next() == ("ShowItems", "ass", given)
    with Service(bus, "org.freedesktop.FileManager1", {}) as manager:
        assert not host.show([path])
        assert manager.next()[0] == "ShowItems"
    host.close()
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")
    assert not host.show([path])
    host.close()


@linux
def test_a_file_manager_that_hangs(bus: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has its time, as the bus may have to start it; then the folder is opened in another way."""
    from jeepney.bus_messages import message_bus  # noqa: PLC0415 - Linux only
    from jeepney.io.blocking import Proxy, open_dbus_connection  # noqa: PLC0415 - likewise

    from uploader_gui.workers import desktop_linux  # noqa: PLC0415 - likewise

    monkeypatch.setattr(desktop_linux, "BEGINNING", 0.2)
    host = desktop_linux.LinuxHost()
    with open_dbus_connection(bus) as silent:
        Proxy(message_bus, silent).RequestName("org.freedesktop.FileManager1")
        assert not host.show([tmp_path])
    host.close()


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a script for a shell")
def test_shown_in_finder(tmp_path: Path) -> None:
    """`open -R` with whole paths, so that no name is an option; where it fails, another way is taken."""
    said = tmp_path / "said"
    script = tmp_path / "open"
    script.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > "{said}"\n', encoding="utf-8")
    script.chmod(0o755)
    host = MacHost(opener=script)
    paths = [tmp_path / "-R ü.pdf", tmp_path / "b.pdf"]
    assert host.show(paths)
    assert said.read_text(encoding="utf-8").splitlines() == ["-R", *map(str, paths)]
    script.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    assert not host.show(paths)
    assert not MacHost(opener=tmp_path / "nothing").show(paths)


@pytest.mark.parametrize(
    ("path", "command"),
    [
        (r"C:\Users\ann\a.pdf", r'"C:\Windows\explorer.exe" /select,"C:\Users\ann\a.pdf"'),
        (r"C:\My, files\a, b.pdf", r'"C:\Windows\explorer.exe" /select,"C:\My, files\a, b.pdf"'),
        (r"\\server\share\100% & more.pdf", r'"C:\Windows\explorer.exe" /select,"\\server\share\100% & more.pdf"'),
        ('C:\\a".pdf" /root,"x', ""),
    ],
)
def test_shown_in_explorer(path: str, command: str) -> None:
    """The name stands in quotation marks, the option before them; a name that ends them is none, and starts nothing."""
    assert explorer(PureWindowsPath(path), {"SystemRoot": r"C:\Windows"}) == command


def test_explorer_is_started(tmp_path: Path) -> None:
    """Once, for the first file, as it can choose only one; where it cannot be started, another way is taken."""
    started = list[str]()
    assert WindowsHost(runs=started.append).show([tmp_path / "a.pdf", tmp_path / "b.pdf"])
    assert len(started) == 1
    assert started[0].endswith(f'/select,"{tmp_path / "a.pdf"}"')
    assert not WindowsHost(runs=started.append).show([tmp_path / 'a".pdf'])
    assert len(started) == 1

    def fails(_command: str) -> None:
        raise FileNotFoundError

    assert not WindowsHost(runs=fails).show([tmp_path / "a.pdf"])


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a script for a shell")
def test_caffeinate(tmp_path: Path) -> None:
    """What keeps macOS awake is begun with this process's id, and ended when it may sleep; without it nothing is."""
    said = tmp_path / "said"
    script = tmp_path / "caffeinate"
    script.write_text(f'#!/bin/sh\necho "$@" > {said}\nexec sleep 60\n', encoding="utf-8")
    script.chmod(0o755)
    host = MacHost(script)
    assert host.hold("sending")
    process = host._process
    assert process is not None
    _until(lambda: said.exists() and said.read_text(encoding="utf-8").endswith("\n"))
    import os  # noqa: PLC0415 - for the id alone

    assert said.read_text(encoding="utf-8") == f"-i -w {os.getpid()}\n"
    host.close()
    assert process.poll() is not None
    assert not MacHost(tmp_path / "nothing").hold("sending")
    assert not host.notify(NOTE)


@pytest.mark.skipif(sys.platform == "win32", reason="there it is held")
def test_windows_elsewhere() -> None:
    """What speaks to the kernel of Windows holds nothing on another system, and breaks nothing."""
    host = WindowsHost()
    assert not host.hold("sending")
    host.release()
    host.progress(0.5, 1)
    host.close()
    assert not host.notify(NOTE)


class Stuck(Nobody):
    """A desktop that does not answer until the test lets it."""

    def __init__(self) -> None:
        self.asked, self.answers, self.closed = threading.Event(), threading.Event(), threading.Event()

    def hold(self, why: str) -> bool:
        """Hang."""
        del why
        self.asked.set()
        return self.answers.wait(HEARD)

    def close(self) -> None:
        """Hear the last words."""
        self.closed.set()


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("hangs", [True, False])
def test_quitting_does_not_wait_for_a_desktop_that_hangs(*, hangs: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that listens hears the last words before the window is gone; one that hangs is left behind, soon."""
    host = Stuck()
    desktop = Desktop(host)
    desktop.keep_awake(True, "Sending files")
    assert host.asked.wait(HEARD)
    assert desktop_module.CLOSING < 500
    if not hangs:
        monkeypatch.setattr(desktop_module, "CLOSING", HEARD * 1000)  # however busy this computer is
        host.answers.set()
    desktop.close()
    assert host.closed.is_set() is not hangs
    assert some_are_left() is hangs
    host.answers.set()
    assert host.closed.wait(HEARD), "it hears them late"
    _until(lambda: not some_are_left())
    desktop.deleteLater()


def _until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + HEARD
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)
