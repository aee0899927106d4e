"""Edges that can be seen in high contrast: see `high_contrast`, which says when."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPalette, QPen
from PySide6.QtWidgets import (
    QFrame,
    QProxyStyle,
    QStyle,
    QStyleOption,
    QStyleOptionComplex,
    QStyleOptionFrame,
    QWidget,
)

from uploader_gui.gui import look

_Primitive, _Control, _Complex = QStyle.PrimitiveElement, QStyle.ControlElement, QStyle.ComplexControl
_BOXES = frozenset(
    {
        _Primitive.PE_FrameLineEdit,
        _Primitive.PE_PanelButtonCommand,
        _Primitive.PE_IndicatorCheckBox,
        _Primitive.PE_FrameGroupBox,
        _Primitive.PE_FrameMenu,
    }
)


class Edges(QProxyStyle):
    """A style of Qt's, with a line round everything that can be typed in, pressed or walked through."""

    def drawPrimitive(  # noqa: N802 - Qt's name
        self,
        element: QStyle.PrimitiveElement,
        option: QStyleOption,
        painter: QPainter,
        widget: QWidget | None = None,
    ) -> None:
        """Draw something simple, then its edge."""
        super().drawPrimitive(element, option, painter, widget)
        if element in _BOXES or (element is _Primitive.PE_Frame and _scrolls(option, widget)):
            _edge(painter, option)
        elif element is _Primitive.PE_IndicatorRadioButton:
            _edge(painter, option, round_=True)

    def drawControl(  # noqa: N802 - Qt's name
        self, element: QStyle.ControlElement, option: QStyleOption, painter: QPainter, widget: QWidget | None = None
    ) -> None:
        """Draw a part of something, then its edge."""
        super().drawControl(element, option, painter, widget)
        if element is _Control.CE_ProgressBarGroove:
            _edge(painter, option)

    def drawComplexControl(  # noqa: N802 - Qt's name
        self,
        control: QStyle.ComplexControl,
        option: QStyleOptionComplex,
        painter: QPainter,
        widget: QWidget | None = None,
    ) -> None:
        """Draw something of several parts, then its edge."""
        super().drawComplexControl(control, option, painter, widget)
        if control in {_Complex.CC_ComboBox, _Complex.CC_SpinBox}:
            _edge(painter, option)


def _scrolls(option: QStyleOption, widget: QWidget | None) -> bool:
    """Whether a frame is that of a list or a longer text, or of a box with things in it."""
    framed = isinstance(widget, QFrame) and widget.frameShape() is QFrame.Shape.StyledPanel
    return framed and (not isinstance(option, QStyleOptionFrame) or option.lineWidth > 0)


def _edge(painter: QPainter, option: QStyleOption, *, round_: bool = False) -> None:
    """Draw a line round something: the text's colour, thick and in the accent's where the keyboard is."""
    state, palette = option.state, option.palette
    enabled = bool(state & QStyle.StateFlag.State_Enabled)
    group = QPalette.ColorGroup.Active if enabled else QPalette.ColorGroup.Disabled
    focused = enabled and bool(state & QStyle.StateFlag.State_HasFocus)
    colour = look.accent(palette) if focused else palette.color(group, QPalette.ColorRole.WindowText)
    wide = 2 if focused else 1
    painter.save()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(colour, wide))
    area = option.rect.adjusted(wide // 2, wide // 2, -1 - (wide - 1) // 2, -1 - (wide - 1) // 2)
    if round_:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawEllipse(area)
    else:
        painter.drawRect(area)
    painter.restore()
