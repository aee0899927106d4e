"""Modules that are read when something of theirs is first used, not when the program starts.

For what is large and not needed by a window at rest, or by most commands: httpx with TLS and all it brings takes a
tenth of a second and 20 MB.
"""

import importlib
import sys
from types import ModuleType
from typing import Any


class Later(ModuleType):
    """Stands for a module until one of its names is wanted; then the module is imported, in that thread."""

    def __getattr__(self, name: str) -> Any:
        """Give what the module has by that name."""
        return getattr(importlib.import_module(self.__name__), name)


def later(name: str) -> Any:
    """Give a module if it is there already, else what stands for it until it is used."""
    return sys.modules.get(name) or Later(name)
