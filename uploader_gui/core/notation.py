"""How numbers and times are written in the person's language. One place, so that one window does not write two ways."""

from datetime import date, datetime

from uploader_gui.core.translation import gettext as _
from uploader_gui.core.translation import language

_ENGLISH = (".", ",")
_SIGNS = {"de": (",", ".")}
"""Before the decimals, and between thousands, where they are other than in English (Unicode CLDR, numbers)."""


def decimal(value: float, places: int = 1) -> str:
    """Write a number with its decimals: 4.1."""
    point, _group = _signs()
    return f"{value:.{places}f}".replace(".", point)


def grouped(count: int) -> str:
    """Write a whole number in thousands: 4,100,001."""
    _point, group = _signs()
    return f"{count:,}".replace(",", group)


def day(at: date) -> str:
    """Write a day: 2026-11-28."""
    # How a day is written is a sentence like any other: strftime's signs stand for year, month and day.
    return at.strftime(_("%Y-%m-%d"))


def day_and_time(at: datetime) -> str:
    """Write a day with the time, as they are in `at`'s time zone: 2026-11-28 09:05."""
    return at.strftime(_("%Y-%m-%d %H:%M"))


def clock(at: datetime) -> str:
    """Write a time of day: 09:05."""
    return at.strftime("%H:%M")


def _signs() -> tuple[str, str]:
    return _SIGNS.get(language().partition("_")[0], _ENGLISH)
