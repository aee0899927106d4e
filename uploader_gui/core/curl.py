"""A trace as a curl command for a POSIX shell. What was struck out is a variable that a person fills in."""

import re
import shlex

from uploader_gui.core.lines import visible
from uploader_gui.core.redaction import MARK
from uploader_gui.core.traces import Trace

# These are curl's own to say, or say something about the machinery of this program.
_LEFT_OUT = frozenset({"content-length", "host", "user-agent", "accept-encoding"})


class _Variables:
    """The variables of one command, in the order they are met; what each stands for."""

    def __init__(self) -> None:
        self.meanings: dict[str, str] = {}

    def new(self, wanted: str, meaning: str) -> str:
        base = re.sub(r"[^A-Z0-9]+", "_", wanted.upper()).strip("_") or "VALUE"
        name, count = base, 1
        while name in self.meanings:
            count += 1
            name = f"{base}_{count}"
        self.meanings[name] = meaning
        return f'"${{{name}}}"'

    def filled(self, text: str, wanted: str, meaning: str) -> str:
        """A word of the command: the text, with a variable for every mark in it."""
        word, end = "", 0
        for gap in MARK.finditer(text):
            if text[end : gap.start()]:
                word += shlex.quote(text[end : gap.start()])
            word += self.new(wanted, meaning)
            end = gap.end()
        return word + (shlex.quote(text[end:]) if text[end:] or not word else "")


def curl(trace: Trace) -> str:
    """A command that sends the same request, with comments that say what to fill in.

    Storage takes what was signed and nothing else, so its whole address is one variable. The account's key is
    `$UPLOADER_KEY`, a file's path `$FILE`. Export the variables before: a key that is typed into a command lands in the
    shell's history.

    Returns:
        Comments and one command; nothing in it is secret.
    """
    known = _Variables()
    words = ["curl --globoff --include", f"--request {shlex.quote(trace.method)}"]
    if trace.client == "storage":
        words.append(f"--url {known.new('SIGNED_URL', 'the address that the service signed for the upload')}")
    else:
        words.append(f"--url {_address(trace.address, known)}")
    for name, value in trace.headers:
        if name.lower() in _LEFT_OUT or (trace.kind == "multipart" and name.lower() == "content-type"):
            continue
        words.append(f"--header {_header(name, value, known)}")
    words += _body(trace, known)
    # A comment ends with its line: nothing of a trace may end it.
    comments = [f"# ${name}: {visible(meaning)}" for name, meaning in known.meanings.items()]
    return "\n".join([*comments, " \\\n  ".join(words)])


def _address(text: str, known: _Variables) -> str:
    path, question, query = text.partition("?")
    word = known.filled(path, "PART", "a part of the path that is not shown")
    if not question:
        return word
    word += shlex.quote("?")
    for number, pair in enumerate(query.split("&")):
        name, equals, value = pair.partition("=")
        word += shlex.quote("&") if number else ""
        word += known.filled(name, "NAME", "the name of a value in the query") + (shlex.quote("=") if equals else "")
        if value:
            word += known.filled(value, f"QUERY_{name}", f"the value of {name} in the query, percent-encoded")
    return word


def _header(name: str, value: str, known: _Variables) -> str:
    word = known.filled(name, "HEADER", "the name of a header") + shlex.quote(": ")
    if name.lower() == "authorization":
        return word + known.filled(value, "UPLOADER_KEY", "what signs the account in, as the header carries it")
    return word + known.filled(value, name, f"the value of the header {name}")


def _body(trace: Trace, known: _Variables) -> list[str]:
    file = "the path of the file, without quotation marks in it"
    names = [one for one in trace.shape.split(", ") if one]
    if trace.kind == "file":
        # No Expect: storage that does not know it would keep curl waiting.
        return [f"--upload-file {known.new('FILE', file)}", "--header Expect:"]
    if trace.kind == "json":
        return [f"--data-raw {known.new('JSON', f'the body, {trace.shape}' if trace.shape else 'the body')}"]
    if trace.kind == "form":
        return [f"--data-urlencode {_field(name, known)}" for name in names]
    if trace.kind == "multipart":
        *before, last = names or ["file"]
        fields = [f"--form-string {_field(name, known)}" for name in before]
        part = f"{known.filled(last, 'NAME', 'the name of a field')}{shlex.quote('=@')}{known.new('FILE', file)}"
        if trace.media_type:
            part += known.filled(f";type={trace.media_type}", "TYPE", "the type of the file")
        return [*fields, f"--form {part}"]
    if trace.kind == "bytes":
        return [f"--data-binary {known.new('BODY', 'the body')}"]
    # Sent as this program does: an empty body is 0 bytes long, and has no type.
    return ["--data-raw ''", "--header Content-Type:"] if trace.method in {"POST", "PUT", "PATCH"} else []


def _field(name: str, known: _Variables) -> str:
    word = known.filled(name, "NAME", "the name of a field") + shlex.quote("=")
    return word + known.new(f"FIELD_{MARK.sub('', name)}", f"the value of the field {name}")
