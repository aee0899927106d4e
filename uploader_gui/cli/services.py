"""`uploader-gui services`: which services there are, and what they would do; a person's own are added and removed."""

import argparse
import json

from uploader_gui.cli import environment, exits, filling, output
from uploader_gui.core import notation, words
from uploader_gui.core.translation import gettext as _
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
            output.say(
                _("{name}: has mistakes and is left out: uploader-gui services check FILE").format(
                    name=words.plain(error.name)
                )
            )
            continue
        except catalogue.UnknownServiceError:
            output.say(
                _("{service_id}.toml: is not named as its id says, and is left out").format(
                    service_id=words.plain(service_id)
                )
            )
            continue
        mark = ""
        if service_id in own:
            mark = (
                "  " + _("(your own, in place of the program's)") if service_id in bundled else "  " + _("(your own)")
            )
        print(f"{service.id:10} {service.name:15} {', '.join(service.targets)}{mark}")


def _show(service: schema.Service) -> None:
    print(f"{service.name} ({service.id})")
    base = _("the address that you fill in (--base)") if service.account.base_help else service.account.base
    print(_row(_("its key goes to"), ", ".join((base, *service.hosts))))
    if service.account.base_help:
        print("  " + _("Address: {help}").format(help=words.plain(service.account.base_help, 1000)))
    for way in service.account.ways:
        print(_row(_("signs in with"), ", ".join(variable(service, field) for field in way.fields)))
    for field in service.account.fields:
        if field.help:
            print(f"  {field.label}: {words.plain(field.help, 1000)}")
    for name, target in service.targets.items():
        said = _("{label}, seen by: {who}, sends at once") if target.sends else _("{label}, seen by: {who}")
        print(_row(name, said.format(label=target.label, who=words.seen_by(target.seen_by))))
        if target.experimental:
            why = _("experimental: {why}").format(why=words.plain(target.experimental, 1000))
            print(f"{'':20}{why}")
    for address in service.docs:
        print("  " + _("see {address}").format(address=address))
    if service.checked is not None:
        print("  " + _("held against its documentation on {date}").format(date=notation.day(service.checked)))


def _row(what: str, text: str) -> str:
    return f"  {what:18}{text}"
