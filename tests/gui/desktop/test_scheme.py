"""The window follows the desktop's scheme, light or dark, while it is open."""

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtGui import QColor

from tests.gui.desktop.screen import needs_desktop, screen, until
from tests.gui.desktop.test_desktop import HERE, Desktop
from uploader_gui.gui import look
from uploader_gui.practice import PracticeService

pytestmark = [pytest.mark.slow, needs_desktop]

# That desktop's settings are not there, of which Qt warns: they would only say what the test says itself.
MORE = {"XDG_CURRENT_DESKTOP": "GNOME", "QT_LOGGING_RULES": "qt.qpa.theme.*=false"}


@pytest.fixture
def desktop(tmp_path: Path, practice: PracticeService) -> Iterator[Desktop]:
    """Our window on a desktop of which Qt knows the schemes."""
    with screen(tmp_path) as made:
        source = made.start([sys.executable, str(HERE / "source.py")])
        source.hear("ready")
        yield Desktop(made, practice, source, more=MORE)


def says(desktop: Desktop, scheme: str) -> bool:
    """Whether the window has the colours of this scheme."""
    return desktop.program.tell(colours=True).startswith(scheme)


def test_light_and_dark(desktop: Desktop) -> None:
    """Light, dark, light: the scheme's palette comes, and with it icons and quiet texts that can be seen on it."""
    seen: dict[str, str] = {}
    for scheme in ("Light", "Dark", "Light"):
        desktop.program.tell(scheme=scheme)
        until(partial(says, desktop, scheme), scheme)
        seen[scheme] = seen.get(scheme) or desktop.program.tell(colours=True)
        assert desktop.program.tell(colours=True) == seen[scheme]
        _scheme, ground, ink, quiet = seen[scheme].split()
        assert (QColor(ground).lightness() > 128) == (scheme == "Light")
        assert look.contrast(QColor(ink), QColor(ground)) >= look.READABLE
        assert look.contrast(QColor(quiet), QColor(ground)) >= look.READABLE
    desktop.close()
