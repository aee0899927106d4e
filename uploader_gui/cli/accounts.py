"""`uploader-gui accounts`: the accounts whose keys are in the keychain."""

import argparse
import importlib

from uploader_gui.cli import environment

_ACTIONS = {
    "list": "uploader_gui.cli.account_list",
    "add": "uploader_gui.cli.account_add",
    "test": "uploader_gui.cli.account_test",
    "change": "uploader_gui.cli.account_change",
    "rename": "uploader_gui.cli.account_rename",
    "default": "uploader_gui.cli.account_default",
    "remove": "uploader_gui.cli.account_remove",
}


def run(options: argparse.Namespace) -> int:
    """Carry the command out; gives the exit code."""
    environment.take_keys()
    code: int = importlib.import_module(_ACTIONS[options.action or "list"]).run(options)
    return code
