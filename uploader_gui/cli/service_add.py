"""`uploader-gui services add`: a service file is shown in plain words, and added if a person agrees."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from uploader_gui.cli import environment, exits, output, person, service_check
from uploader_gui.cli.exits import FailedError, WrongUseError
from uploader_gui.core import words
from uploader_gui.services import catalogue
from uploader_gui.services.replacing import Replaced, replaced
from uploader_gui.services.review import review
from uploader_gui.services.schema import Service
from uploader_gui.services.variables import shared_variable

_SEEN_BY = {
    "public": "everybody sees",
    "customer": "the customer sees",
    "team": "your team sees",
    "me": "only you see",
}


def run(options: argparse.Namespace) -> int:
    """Carry the command out; gives the exit code."""
    path = Path(options.file)
    content = service_check.content_of(path)
    try:
        service = catalogue.read(path.name, content)
    except catalogue.ServiceFileError as error:
        return service_check.tell(error)
    _check_id(service, replace=options.replace)
    before = replaced(service)
    for line in (*_shown(service), *_changes(service, before)):
        output.say(line)
    if not _agreed(options, () if before is None else before.new_hosts):
        output.say("Nothing was added.")
        return exits.NEEDS_ATTENTION
    try:
        catalogue.add(service, content, replace=options.replace)
    except OSError as error:
        why = (error.strerror or "error").lower()
        raise FailedError(f"the service cannot be kept in the configuration folder: {why}.") from None
    print(f"Added: {service.name}. Add an account: {environment.how_to_add(service)}")
    return exits.DONE


def _check_id(service: Service, *, replace: bool) -> None:
    """Raise WrongUseError if the id is a bundled service's, or would be given another service's keys."""
    if service.id in catalogue.bundled() and not replace:
        raise WrongUseError(
            f"“{service.id}” is the id of a service that comes with the program: this file would take its place, and "
            "be given its keys from the environment. Give it another id, or add --replace if that is what you want."
        )
    both = shared_variable(service, added=True)
    if both is not None:
        raise WrongUseError(
            f"a key of this service would be called {both[0]} in the environment, as {both[1]}'s is. "
            "Give the service or its field another id."
        )


def _name(service: Service, before: Replaced) -> str:
    """What the service that is there now is called in a sentence."""
    own = "your service" if before.own else "the program's own service"
    return f"{own} {before.name}" if before.name else f"{own} “{service.id}”, whose file has mistakes"


def _shown(service: Service) -> list[str]:
    """What the file would do, in plain words."""
    facts = review(service)
    goes = [*facts.bytes_go_to, *(["wherever the service says each time"] if facts.bytes_go_anywhere else [])]
    keys_go = [*(["the address that you fill in"] if facts.own_address else []), *facts.keys_go_to]
    lines = [f"{service.name} ({service.id})", _row("your key goes to", keys_go)]
    lines.append(_row("your files go to", goes))
    lines += [_row(_SEEN_BY[who], labels) for who, labels in facts.targets.items()]
    if facts.sends:
        lines.append(_row("goes out to people at once", facts.sends))
    if facts.experimental:
        lines.append(_row("experimental", facts.experimental))
    return lines


def _row(what: str, which: Sequence[str]) -> str:
    return f"  {what + ':':28}{', '.join(words.plain(one) for one in which)}"


def _changes(service: Service, before: Replaced | None) -> list[str]:
    if before is None:
        return []
    lines = [f"It takes the place of {_name(service, before)}."]
    if before.new_hosts:
        lines.append(f"NEW: your key would also go to {', '.join(before.new_hosts)}.")
    if before.gone_hosts:
        lines.append(f"Your key would no longer go to {', '.join(before.gone_hosts)}.")
    return lines


def _agreed(options: argparse.Namespace, new: Sequence[str]) -> bool:
    """Whether a person agrees: beforehand by options, else when asked.

    Raises:
        WrongUseError: Nobody can be asked.
        KeyboardInterrupt: It was interrupted.
    """
    if options.yes and (options.new_hosts or not new):
        return True
    if not person.can_ask():
        needed = "--yes and --new-hosts" if new else "--yes"
        raise WrongUseError(f"nothing was added. Give {needed} if this is what you want.")
    answer = person.agrees([], "Add it?")
    if answer is None:
        raise KeyboardInterrupt
    return answer
