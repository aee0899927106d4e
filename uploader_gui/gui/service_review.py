"""What a service file would do, in plain words, for the person who is about to trust it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from uploader_gui.core import words
from uploader_gui.core.translation import gettext as _
from uploader_gui.core.translation import ngettext
from uploader_gui.gui import look, pieces
from uploader_gui.gui.facts import Facts
from uploader_gui.gui.look import GRID
from uploader_gui.workers.service_facts import Proposal


class ServiceReview(QWidget):
    """Asks whether a service file is to be added; or tells all that is wrong with it.

    Args:
        proposal: What it would do.
        parent: Its owner.

    Attributes:
        agreed: It is to be added.
        declined: It is not.
        check_wished: Its mistakes are mended: it is to be read again.
    """

    agreed = Signal()
    declined = Signal()
    check_wished = Signal()

    def __init__(self, proposal: Proposal, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.conditions: list[QCheckBox] = []
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(GRID)
        self.add = QPushButton(_("Add it"), self)
        self._away: QPushButton | None = None
        if proposal.mistakes:
            self._tell_mistakes(proposal)
        elif proposal.shared is not None:
            self._tell_shared(proposal.name, *proposal.shared)
        else:
            self._ask(proposal)

    def focus_first(self) -> None:
        """Begin at what is to be agreed to, else where nothing is added."""
        first = self.conditions[0] if self.conditions else self._away
        if first is not None:
            first.setFocus()

    def _ask(self, proposal: Proposal) -> None:
        name = words.plain(proposal.name)
        self._rows.addWidget(look.heading(_("Add {name} ({id})?").format(name=name, id=proposal.id), self))
        self._rows.addWidget(look.plain_label(_("Add it only if you trust where it comes from. It would do this:")))
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * GRID)
        grid.setVerticalSpacing(GRID // 2)
        grid.setColumnStretch(1, 1)
        for line, (what, which) in enumerate(facts(proposal)):
            grid.addWidget(pieces.quiet(what), line, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(look.plain_label("\n".join(words.plain(one) for one in which)), line, 1)
        self._rows.addLayout(grid)
        for text, condition in changes(proposal):
            if not condition:
                self._rows.addWidget(look.plain_label(text))
                continue
            box = QCheckBox(text, self)
            box.toggled.connect(self._check)
            self.conditions.append(box)
            self._rows.addWidget(box)
        self._rows.addStretch(1)
        self.add.clicked.connect(self.agreed)
        self._buttons(self.add, _("Do not add it"))
        self._check()

    def _check(self) -> None:
        self.add.setEnabled(all(box.isChecked() for box in self.conditions))

    def _tell_mistakes(self, proposal: Proposal) -> None:
        count = len(proposal.mistakes)
        said = ngettext("{n} mistake in {file}: it was not added", "{n} mistakes in {file}: it was not added", count)
        self._rows.addWidget(look.heading(said.format(n=count, file=words.plain(proposal.file)), self))
        mistakes = Facts("\n".join(proposal.mistakes), self)
        mistakes.setAccessibleName(_("The mistakes, a line each"))
        self._rows.addWidget(mistakes, 1)
        self.add.setText(_("Check it again"))
        self.add.clicked.connect(self.check_wished)
        self._buttons(self.add, _("Back"))

    def _tell_shared(self, name: str, variable: str, other: str) -> None:
        heading = _("{name} cannot be added under this id").format(name=words.plain(name))
        self._rows.addWidget(look.heading(heading, self))
        said = _(
            "A key of this service would be called {variable} in the environment, as {other}'s is, and so be given "
            "what is meant for that. Give the service or its field another id in the file."
        )
        self._rows.addWidget(look.plain_label(said.format(variable=variable, other=words.plain(other))))
        self._rows.addStretch(1)
        self.add.setText(_("Check it again"))
        self.add.clicked.connect(self.check_wished)
        self._buttons(self.add, _("Back"))

    def _buttons(self, first: QPushButton, back: str) -> None:
        self._away = away = QPushButton(back, self)
        away.clicked.connect(self.declined)
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addStretch(1)
        for button in (first, away):
            button.setAutoDefault(False)
            row.addWidget(button)
        self._rows.addLayout(row)


def facts(proposal: Proposal) -> list[tuple[str, tuple[str, ...]]]:
    """What it would do: what, and which."""
    seen = {
        "public": _("Everybody sees"),
        "customer": _("The customer sees"),
        "members": _("The members see"),
        "team": _("Your team sees"),
        "me": _("Only you see"),
    }
    filled_in = (_("the address that you fill in"),) if proposal.own_address else ()
    anywhere = (_("wherever the service says each time"),) if proposal.bytes_go_anywhere else ()
    rows = [
        (_("Your key goes to"), (*filled_in, *proposal.keys_go_to)),
        (_("Your files go to"), (*proposal.bytes_go_to, *anywhere)),
        *((seen[who], labels) for who, labels in proposal.targets.items()),
        (_("Goes out to people"), proposal.sends),
        (_("Guessed, not proven"), proposal.experimental),
    ]
    return [(what, which) for what, which in rows if which]


def changes(proposal: Proposal) -> list[tuple[str, bool]]:
    """What would be another than now: a sentence, and whether a person must agree to it of its own."""
    if proposal.replaces is None:
        return []
    name = words.plain(proposal.replaces)
    if proposal.replaces_bundled:
        said = _("Put it in the place of the program's own {name}").format(name=name or proposal.id)
        found = [(said, True)]
    elif name:
        found = [(_("It takes the place of your service {name}.").format(name=name), False)]
    else:
        found = [(_("It takes the place of your file {id}.toml, which has mistakes.").format(id=proposal.id), False)]
    if proposal.new_hosts:
        # A line each: the text of a box to tick is not broken by itself.
        hosts = "".join(f"\n{words.plain(host)}" for host in proposal.new_hosts)
        found.append((_("Let the key also go where it does not go now:{hosts}").format(hosts=hosts), True))
    if proposal.gone_hosts:
        hosts = ", ".join(words.plain(host) for host in proposal.gone_hosts)
        found.append((_("The key would no longer go to {hosts}.").format(hosts=hosts), False))
    return found
