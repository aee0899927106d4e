"""One catalogue of words for every part of the program.

`_` and `ngettext` look a sentence up at the moment it is shown; without a catalogue they give English. Which
language it is, is chosen once, where the program starts (`core/languages.py`).
"""

import gettext as _gettext

N_ = str
"""Marks a sentence that stands where it is not yet known in which language it will be shown: the extractor finds it."""

_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur", "yi"})

_catalogue: _gettext.NullTranslations = _gettext.NullTranslations()


def use(catalogue: _gettext.NullTranslations) -> None:
    """Show the program's sentences in the catalogue's language from now on."""
    global _catalogue  # noqa: PLW0603 - one language for one process, as gettext itself has it
    _catalogue = catalogue


def in_use() -> _gettext.NullTranslations:
    """The catalogue that sentences come from."""
    return _catalogue


def language() -> str:
    """The language that sentences are shown in, as the catalogue names it: "de"; "" for the program's own English."""
    return _catalogue.info().get("language", "")


def right_to_left() -> bool:
    """Whether the language is written from right to left."""
    return language().partition("_")[0] in _RIGHT_TO_LEFT


def gettext(text: str) -> str:
    """Give the sentence in the person's language."""
    # Under "" a catalogue keeps what is to be known about itself.
    return _catalogue.gettext(text) if text else text


def ngettext(one: str, many: str, count: int) -> str:
    """Give the sentence that fits the number in the person's language."""
    return _catalogue.ngettext(one, many, count)
