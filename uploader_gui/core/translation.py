"""One catalogue of words for every part of the program.

`_` and `ngettext` look a sentence up at the moment it is shown; without a catalogue they give English.
"""

import gettext as _gettext

_catalogue: _gettext.NullTranslations = _gettext.NullTranslations()


def use(catalogue: _gettext.NullTranslations) -> None:
    """Show the program's sentences in the catalogue's language from now on."""
    global _catalogue  # noqa: PLW0603 - one language for one process, as gettext itself has it
    _catalogue = catalogue


def language() -> str:
    """The language that sentences are shown in, as the catalogue names it: "de"; "" for the program's own English."""
    return _catalogue.info().get("language", "")


def gettext(text: str) -> str:
    """Give the sentence in the person's language."""
    return _catalogue.gettext(text)


def ngettext(one: str, many: str, count: int) -> str:
    """Give the sentence that fits the number in the person's language."""
    return _catalogue.ngettext(one, many, count)
