"""Saying something to whoever listens instead of looking: the one place where a screen reader is spoken to."""

from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget

Politeness = QAccessible.AnnouncementPoliteness


def heard() -> bool:
    """Whether anybody listens."""
    return QAccessible.isActive()


def say(widget: QWidget, text: str, *, urgent: bool = False) -> None:
    """Say something, if anybody listens.

    Args:
        widget: Whose words they are.
        text: Plain text; "" says nothing.
        urgent: What is just being read out is broken off for it.
    """
    if not text or not QAccessible.isActive():
        return
    event = QAccessibleAnnouncementEvent(widget, text)
    event.setPoliteness(Politeness.Assertive if urgent else Politeness.Polite)
    QAccessible.updateAccessibility(event)
