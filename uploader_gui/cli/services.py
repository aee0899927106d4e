"""`uploader-gui services`: which services there are; checking a service file."""

import argparse
import json
import sys
from pathlib import Path

from uploader_gui.cli import exits, filling
from uploader_gui.cli.environment import variable
from uploader_gui.cli.exits import WrongUseError
from uploader_gui.core import words
from uploader_gui.services import catalogue, schema


def run(options: argparse.Namespace) -> int:
    """Carry the command out; gives the exit code."""
    if options.action == "show":
        _show(filling.find_service(options.id))
    elif options.action == "check":
        return _check(Path(options.file))
    elif options.action == "schema":
        print(json.dumps(schema.json_schema(), indent=2, ensure_ascii=False))
    else:
        for service_id in catalogue.bundled():
            service = catalogue.find(service_id)
            print(f"{service.id:10} {service.name:15} {', '.join(service.targets)}")
    return exits.DONE


def _check(path: Path) -> int:
    try:
        service = catalogue.read_file(path)
    except OSError as error:
        raise WrongUseError(
            f"“{words.plain(str(path))}” cannot be read: {(error.strerror or 'error').lower()}."
        ) from None
    except catalogue.ServiceFileError as error:
        print(error, file=sys.stderr)
        count = len(error.mistakes)
        print(f"{count} mistake{'s' if count > 1 else ''}.", file=sys.stderr)
        return exits.NEEDS_ATTENTION
    count = len(service.targets)
    print(f"{path.name}: {service.name} is all right, with {count} target{'s' if count > 1 else ''}.")
    return exits.DONE


def _show(service: schema.Service) -> None:
    print(f"{service.name} ({service.id})")
    print(f"  its key goes to   {', '.join((service.account.base, *service.hosts))}")
    for way in service.account.ways:
        print(f"  signs in with     {', '.join(variable(service, field) for field in way.fields)}")
    for field in service.account.fields:
        if field.help:
            print(f"  {field.label}: {field.help}")
    for name, target in service.targets.items():
        print(f"  {name:18}{target.label}, seen by: {target.seen_by}{', sends at once' if target.sends else ''}")
        if target.experimental:
            print(f"{'':20}experimental: {target.experimental}")
    for address in service.docs:
        print(f"  see {address}")
    if service.checked is not None:
        print(f"  held against its documentation on {service.checked.isoformat()}")
