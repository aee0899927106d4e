"""Saying something to whoever listens instead of looking: the one place where a screen reader is spoken to."""

from PySide6.QtWidgets import QWidget


def heard() -> bool:
    """Whether anybody listens."""
    from PySide6.QtGui import QAccessible  # noqa: PLC0415 - the window is to be seen before it speaks

    return QAccessible.isActive()


def say(widget: QWidget, text: str, *, urgent: bool = False) -> None:
    """Say something, if anybody listens.

    Args:
        widget: Whose words they are.
        text: Plain text; "" says nothing.
        urgent: What is just being read out is broken off for it.
    """
    if not text or not heard():
        return
    from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent  # noqa: PLC0415 - see above

    politeness = QAccessible.AnnouncementPoliteness
    event = QAccessibleAnnouncementEvent(widget, text)
    event.setPoliteness(politeness.Assertive if urgent else politeness.Polite)
    QAccessible.updateAccessibility(event)
