"""Which languages the program speaks, and which of them a person wants.

The catalogues are read as they are written (`resources/translations/*.po`), and only where another language than
English is wanted.
"""

import gettext
import locale
import sys
from collections.abc import Iterable, Mapping

from uploader_gui.core import translation
from uploader_gui.core.places import resources

ENGLISH = "en"
LANGUAGES = {ENGLISH: "English", "de": "Deutsch"}
"""What each language calls itself, by its code. All but English have a catalogue."""


def chosen(wanted: Iterable[str]) -> str:
    """The first language of these that the program speaks; English if it speaks none.

    Args:
        wanted: Such as "de-AT" or "de_DE.UTF-8", the dearest first.
    """
    codes = (one.replace("_", "-").partition(".")[0].partition("-")[0].lower() for one in wanted)
    return next((code for code in codes if code in LANGUAGES), ENGLISH)


def catalogue(code: str) -> gettext.NullTranslations:
    """The sentences in a language; English where its catalogue cannot be read."""
    if code == ENGLISH:
        return gettext.NullTranslations()
    from uploader_gui.core import po  # noqa: PLC0415 - English needs none

    try:
        text = (resources() / "translations" / f"{code}.po").read_text(encoding="utf-8")
        return po.read(text)
    except (OSError, ValueError):
        return gettext.NullTranslations()


def speak(code: str) -> None:
    """Speak a language from now on; nothing is read if it is spoken already."""
    if code != (translation.language() or ENGLISH):
        translation.use(catalogue(code))


def of_terminal(environment: Mapping[str, str]) -> list[str]:
    """The languages that a command is to speak, the dearest first.

    The variables are those of POSIX, and gettext's LANGUAGE, in gettext's order (its manual, "Locale Environment
    Variables"); where none is set, as on Windows, the system is asked.
    """
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    base = next((value for name in names if (value := environment.get(name))), "")
    if base.partition(".")[0] in {"C", "POSIX"}:
        return [ENGLISH]
    more = [one for one in environment.get("LANGUAGE", "").split(":") if one]
    return [*more, *([base] if base else _of_system())]


def _of_system() -> list[str]:
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 - of use there only

        code = locale.windows_locale.get(ctypes.windll.kernel32.GetUserDefaultUILanguage())
        return [code] if code else []
    return [code] if (code := locale.getlocale()[0]) else []
