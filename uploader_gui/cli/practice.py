"""`uploader-gui practice`: the practice service, until it is stopped."""

import argparse
import os
import threading

from uploader_gui.cli import environment, exits, signals
from uploader_gui.cli.exits import WrongUseError
from uploader_gui.core import reasons
from uploader_gui.core.translation import gettext as _
from uploader_gui.practice import SAMPLES, PracticeService
from uploader_gui.services import catalogue
from uploader_gui.services.variables import variable

_TRY = {
    "close": ("note", "lead"),
    "kizen": ("record_field", "object", "record", "field"),
    "haufe": ("message", "thread"),
    "circle": ("chat_message", "room"),
}


def run(options: argparse.Namespace) -> int:
    """Carry the command out; gives the exit code."""
    environment.take_keys()
    service = PracticeService(port=options.port)
    try:
        service.start()
    except OSError as error:
        why = reasons.in_words(os.strerror(error.errno).lower()) if error.errno else _("unknown error")
        what = _("port {port} cannot be used: {why}. Choose another with --port.").format(port=options.port, why=why)
        raise WrongUseError(
            what if options.port else _("the practice service cannot start: {why}.").format(why=why)
        ) from None
    ended = threading.Event()
    try:
        with signals.caught(ended.set):
            _introduce(service)
            ended.wait()
    finally:
        service.stop()
    return exits.DONE


def _introduce(practice: PracticeService) -> None:
    print(_("Practice service: {origin}").format(origin=practice.origin))
    print(_("What is attached where: {page}").format(page=practice.page))
    print(_("Let it misbehave: {origin}/faults?token={token}").format(origin=practice.origin, token=practice.token))
    for service_id, (target, *inputs) in _TRY.items():
        found = catalogue.find(service_id)
        print(f"\n{found.name}")
        for field, value in practice.account(service_id).items():
            print(f"  export {variable(found, field)}={value}")
        settings = " ".join(f"--set {name}={SAMPLES[service_id][name]}" for name in inputs)
        where = f"--service {service_id} --base {practice.base(service_id)} --target {target} {settings}"
        print(f"  uploader-gui send FILE {where}")
    print("\n" + _("Nothing leaves this computer. Stop it with Ctrl-C."), flush=True)
