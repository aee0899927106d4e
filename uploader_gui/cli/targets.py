"""`uploader-gui targets`: what a service's files can be attached to, and finding records."""

import argparse
import json
import sys
from collections.abc import Mapping

from uploader_gui.cli import environment, exits, filling
from uploader_gui.cli.exits import WrongUseError
from uploader_gui.core import words
from uploader_gui.core.problems import Kind, Problem, UploadError
from uploader_gui.core.translation import gettext as _
from uploader_gui.core.translation import ngettext
from uploader_gui.services import schema
from uploader_gui.services.flow import Flow, flow


def run(options: argparse.Namespace) -> int:
    """Carry the command out; gives the exit code."""
    keys = environment.take_keys()
    service = filling.find_service(options.service)
    if options.lookup is not None:
        return _look_up(service, keys, options)
    if options.search:
        raise WrongUseError(_("--search needs --lookup."))
    for name, target in service.targets.items():
        if options.json:
            print(json.dumps(_as_json(name, target)))
        else:
            print(f"{name:18} {target.label}{_remarks(target)}")
            for one in target.inputs:
                print(f"{'':20}{one.id}{'?' if one.optional else ''}  {one.label}{_more(one)}")
    return exits.DONE


def _as_json(name: str, target: schema.Target) -> dict[str, object]:
    return {
        "target": name,
        "label": target.label,
        "attaches": target.call is not None,
        "sends": target.sends,
        "seen_by": target.seen_by,
        "max_files": target.max_files,
        "experimental": target.experimental or None,
        "inputs": [
            {
                "name": one.id,
                "label": one.label,
                "optional": one.optional,
                "list": one.list,
                "lookup": one.lookup,
                "choices": [choice.id for choice in one.choices] or None,
                "help": one.help or None,
            }
            for one in target.inputs
        ],
    }


def _remarks(target: schema.Target) -> str:
    remarks = []
    if target.sends:
        remarks.append(_("sends at once, seen by: {who}").format(who=words.seen_by(target.seen_by)))
    elif target.seen_by in {"members", "customer", "public"}:
        seen = {
            "members": _("seen by the members"),
            "customer": _("seen by the customer"),
            "public": _("seen by everybody"),
        }
        remarks.append(seen[target.seen_by])
    if target.max_files is not None:
        remarks.append(ngettext("{n} file at once", "{n} files at once", target.max_files).format(n=target.max_files))
    if target.experimental:
        remarks.append(_("experimental"))
    return f"  ({'; '.join(remarks)})" if remarks else ""


def _more(one: schema.Input) -> str:
    more = []
    if one.lookup:
        more.append(_("find it with --lookup {lookup}").format(lookup=one.lookup))
    if one.choices:
        more.append(_(" or ").join(choice.id for choice in one.choices))
    if one.list:
        more.append(_("may be given several times"))
    return f"  ({'; '.join(more)})" if more else ""


def _look_up(service: schema.Service, keys: Mapping[str, str], options: argparse.Namespace) -> int:
    if options.lookup not in service.lookups:
        known = ", ".join(service.lookups) or _("none")
        raise WrongUseError(
            _("{name} has no lookup “{lookup}”; there are {known}.").format(
                name=service.name, lookup=options.lookup, known=known
            )
        )
    users = {
        name for name, target in service.targets.items() if any(one.lookup == options.lookup for one in target.inputs)
    }
    given = {setting.partition("=")[0] for setting in options.set}
    for name in sorted(users):
        if given <= {one.id for one in service.targets[name].inputs}:
            found = flow(service, name)
            break
    else:
        raise WrongUseError(
            _("no target with the lookup “{lookup}” has all of: {given}.").format(
                lookup=options.lookup, given=", ".join(sorted(given))
            )
        )
    inputs = filling.fill(found, {}, options.set)

    from uploader_gui.cli import output, running, signing  # noqa: PLC0415 - brings the HTTP library

    account = signing.sign_in(service, keys, options).account
    engine = running.Engine(waits=output.say_pause)
    something = False
    try:
        for record in engine.search(account, found, options.lookup, options.search, inputs):
            something = True
            if options.json:
                print(json.dumps({"id": record.id, "label": record.label}))
            else:
                print(f"{record.id}  {words.plain(record.label)}")
    except UploadError as error:
        return _not_found_out(error.problem, found, options.lookup, inputs)
    except running.StoppedError:
        return exits.INTERRUPTED
    if not something:
        print(_("Nothing was found."), file=sys.stderr)
    return exits.DONE


def _not_found_out(problem: Problem, flow: Flow, lookup: str, inputs: Mapping[str, object]) -> int:
    """Tell why nothing was found; before anything was asked it can only be an input that the lookup needs."""
    names = [one.id for one in flow.target.inputs]
    before = names[: next(at for at, one in enumerate(flow.target.inputs) if one.lookup == lookup)]
    missing = [name for name in before if not inputs.get(name)]
    if problem.kind is Kind.UNEXPECTED_ANSWER and not problem.sent and missing:
        needs = _(" and ").join(f"--set {name}=…" for name in missing)
        raise WrongUseError(_("the lookup “{lookup}” needs {needs}.").format(lookup=lookup, needs=needs))
    print(words.describe(problem).whole, file=sys.stderr)
    return exits.NEEDS_ATTENTION
