"""A service file's labels in the person's language, from its own `[words.xx]`: a label, and what it is called there.

[words.de]
"Lead" = "Kontakt"
"Note on a lead" = "Notiz zu einem Kontakt"
"the note on ${named.lead}" = "die Notiz zu ${named.lead}"
"""

from collections.abc import Mapping
from typing import TypeVar

from uploader_gui.services.expression import ExpressionError
from uploader_gui.services.schema import Input, Part, Ready, Rule, Service, Target
from uploader_gui.services.template import Template

P = TypeVar("P", bound=Part)


class _Noting(dict[str, str]):
    """Words that note what is asked of them in vain."""

    def __init__(self, words: Mapping[str, str]) -> None:
        super().__init__(words)
        self.lacking: dict[str, None] = {}

    def find(self, text: str) -> str | None:
        """What a text is called; None if there is no word for it."""
        if text not in self:
            self.lacking[text] = None
        return self.get(text)


def in_language(service: Service, language: str) -> Service:
    """The service with its labels in this language; as it is where the file has no words for it.

    Args:
        service: As its file has it.
        language: Such as "de" or "de_AT"; "" for the file's own.
    """
    code = language.replace("-", "_").lower()
    words = service.words.get(code) or service.words.get(code.partition("_")[0])
    return _translated(service, _Noting(words)) if words else service


def lacking(service: Service, language: str) -> list[str]:
    """The texts of a service file that its `[words.xx]` has no word for, each once, in the file's order."""
    words = _Noting(service.words.get(language, {}))
    _translated(service, words)
    return list(words.lacking)


def _translated(service: Service, words: _Noting) -> Service:
    account = _called(service.account, words, "base_help").model_copy(
        update={"fields": tuple(_called(field, words, "label", "help") for field in service.account.fields)}
    )
    targets = {key: _target(target, words) for key, target in service.targets.items()}
    return service.model_copy(update={"account": account, "targets": targets, "ready": _ready(service.ready, words)})


def _target(target: Target, words: _Noting) -> Target:
    called = _called(target, words, "label", "experimental")
    place = _said(target.place, words)
    inputs = tuple(_input(one, words) for one in target.inputs)
    ensure = tuple(_rule(one, words) for one in target.ensure)
    more = {"place": place, "inputs": inputs, "ensure": ensure, "ready": _ready(target.ready, words)}
    return called.model_copy(update=more)


def _ready(ready: Ready | None, words: _Noting) -> Ready | None:
    if ready is None:
        return None
    return ready.model_copy(update={"failed": tuple(_rule(one, words) for one in ready.failed)})


def _rule(rule: Rule, words: _Noting) -> Rule:
    """A sentence of the file's own; what only repeats the service's words needs no others."""
    own = not rule.text.expressions
    return rule.model_copy(update={"text": _said(rule.text, words)}) if own else rule


def _said(own: Template, words: _Noting) -> Template:
    """A text in other words; the file's own where these do not name the same things."""
    said = words.find(own.source)
    if said is None:
        return own
    try:
        made = Template.read(said)
    except ExpressionError:
        return own
    same = {one.text for one in made.expressions} == {one.text for one in own.expressions}
    return made if same else own


def _input(one: Input, words: _Noting) -> Input:
    choices = tuple(_called(choice, words, "label") for choice in one.choices)
    return _called(one, words, "label", "help").model_copy(update={"choices": choices})


def _called(part: P, words: _Noting, *keys: str) -> P:
    texts = {key: text for key in keys if (text := getattr(part, key))}
    return part.model_copy(update={key: words.find(text) or text for key, text in texts.items()})
