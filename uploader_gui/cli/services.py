"""`uploader-gui services`: which services there are, and what they would do; a person's own are added and removed."""

import argparse
import json

from uploader_gui.cli import environment, exits, filling, output
from uploader_gui.core import words
from uploader_gui.services import catalogue, schema
from uploader_gui.services.variables import variable


def run(options: argparse.Namespace) -> int:
    """Carry the command out; gives the exit code."""
    environment.take_keys()
    if options.action == "show":
        _show(filling.find_service(options.id))
    elif options.action == "schema":
        print(json.dumps(schema.json_schema(), indent=2, ensure_ascii=False))
    elif options.action == "check":
        from uploader_gui.cli import service_check  # noqa: PLC0415 - one module a command

        return service_check.run(options)
    elif options.action == "try":
        from uploader_gui.cli import service_try  # noqa: PLC0415 - likewise

        return service_try.run(options)
    elif options.action == "add":
        from uploader_gui.cli import service_add  # noqa: PLC0415 - likewise

        return service_add.run(options)
    elif options.action == "remove":
        from uploader_gui.cli import service_remove  # noqa: PLC0415 - likewise

        return service_remove.run(options)
    else:
        _list()
    return exits.DONE


def _list() -> None:
    own, bundled = catalogue.own(), catalogue.bundled()
    for service_id in catalogue.known():
        try:
            service = catalogue.find(service_id)
        except catalogue.ServiceFileError as error:
            output.say(f"{words.plain(error.name)}: has mistakes and is left out: uploader-gui services check FILE")
            continue
        except catalogue.UnknownServiceError:
            output.say(f"{words.plain(service_id)}.toml: is not named as its id says, and is left out")
            continue
        mark = ""
        if service_id in own:
            mark = "  (your own, in place of the program's)" if service_id in bundled else "  (your own)"
        print(f"{service.id:10} {service.name:15} {', '.join(service.targets)}{mark}")


def _show(service: schema.Service) -> None:
    print(f"{service.name} ({service.id})")
    base = "the address that you fill in (--base)" if service.account.base_help else service.account.base
    print(f"  its key goes to   {', '.join((base, *service.hosts))}")
    if service.account.base_help:
        print(f"  Address: {words.plain(service.account.base_help, 1000)}")
    for way in service.account.ways:
        print(f"  signs in with     {', '.join(variable(service, field) for field in way.fields)}")
    for field in service.account.fields:
        if field.help:
            print(f"  {field.label}: {words.plain(field.help, 1000)}")
    for name, target in service.targets.items():
        print(f"  {name:18}{target.label}, seen by: {target.seen_by}{', sends at once' if target.sends else ''}")
        if target.experimental:
            print(f"{'':20}experimental: {words.plain(target.experimental, 1000)}")
    for address in service.docs:
        print(f"  see {address}")
    if service.checked is not None:
        print(f"  held against its documentation on {service.checked.isoformat()}")
