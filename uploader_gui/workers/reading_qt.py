"""Reading Qt, without what its binding does to every import afterwards."""

import builtins
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication


def read_qt() -> "type[QApplication]":
    """Import Qt's widgets, and leave Python's own `import` as it was. Gives what an application is made of.

    PySide6 puts an `__import__` of its own in the place of Python's, for names in snake case (`from __feature__
    import snake_case`), which nothing here uses. It reads the source of every module that is imported from then on,
    to look for its own name in it (shibokensupport/feature.py, `_mod_uses_pyside`), and the source stays in memory:
    11 MB and a tenth of the start.

    Raises:
        ImportError: A library that Qt needs is not there.
    """
    plain = builtins.__import__
    try:
        from PySide6.QtWidgets import QApplication  # noqa: PLC0415 - that is what is done here
    finally:
        builtins.__import__ = plain
    return QApplication
