"""Where the program starts: `uploader-gui` and `python -m uploader_gui`."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from uploader_gui.core import languages
from uploader_gui.core.translation import gettext as _


def main() -> int:
    """Run the command line, or open the window; gives the exit code."""
    arguments = sys.argv[1:]
    languages.speak(languages.chosen(languages.of_terminal(os.environ)))
    if not for_the_window(arguments):
        from uploader_gui.cli import main as command_line  # noqa: PLC0415 - the window needs no commands

        return command_line(arguments)
    if not has_screen():
        said = _("there is no screen here to open the window on. See: uploader-gui send --help")
        sys.stderr.write(f"uploader-gui: {said}\n")
        return 2
    from uploader_gui.app import main as window  # noqa: PLC0415 - a command needs no window, nor Qt

    return window(arguments)


def for_the_window(arguments: Sequence[str]) -> bool:
    """Whether these words open the window: files to begin with, or `--practice`; nothing, where there is a screen."""
    if not arguments:
        return has_screen()
    first = arguments[0]
    if first == "--practice":
        return True
    from uploader_gui.cli.arguments import COMMANDS  # noqa: PLC0415 - mostly nothing is said

    return first not in COMMANDS and not first.startswith("-") and Path(first).exists()


def has_screen() -> bool:
    """Whether a window can be shown."""
    asked = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return sys.platform in {"win32", "darwin"} or any(os.environ.get(name) for name in asked)


if __name__ == "__main__":
    sys.exit(main())
