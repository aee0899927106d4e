"""A service file's labels in the person's language, from its own `[words.xx]`: a label, and what it is called there.

[words.de]
"Lead" = "Kontakt"
"Note on a lead" = "Notiz zu einem Kontakt"
"the note on ${named.lead}" = "die Notiz zu ${named.lead}"
"""

from collections.abc import Mapping
from typing import TypeVar

from uploader_gui.services.expression import ExpressionError
from uploader_gui.services.schema import Input, Part, Service, Target
from uploader_gui.services.template import Template

P = TypeVar("P", bound=Part)


def in_language(service: Service, language: str) -> Service:
    """The service with its labels in this language; as it is where the file has no words for it.

    Args:
        service: As its file has it.
        language: Such as "de" or "de_AT"; "" for the file's own.
    """
    code = language.replace("-", "_").lower()
    words = service.words.get(code) or service.words.get(code.partition("_")[0])
    if not words:
        return service
    account = service.account.model_copy(
        update={"fields": tuple(_called(field, words, "label", "help") for field in service.account.fields)}
    )
    targets = {key: _target(target, words) for key, target in service.targets.items()}
    return service.model_copy(update={"account": account, "targets": targets})


def _target(target: Target, words: Mapping[str, str]) -> Target:
    inputs = tuple(_input(one, words) for one in target.inputs)
    place = _place(target.place, words.get(target.place.source))
    return _called(target, words, "label", "experimental").model_copy(update={"inputs": inputs, "place": place})


def _place(own: Template, words: str | None) -> Template:
    """A place in other words; the file's own where these do not name the same things."""
    if words is None:
        return own
    try:
        made = Template.read(words)
    except ExpressionError:
        return own
    same = {one.text for one in made.expressions} == {one.text for one in own.expressions}
    return made if same else own


def _input(one: Input, words: Mapping[str, str]) -> Input:
    choices = tuple(_called(choice, words, "label") for choice in one.choices)
    return _called(one, words, "label", "help").model_copy(update={"choices": choices})


def _called(part: P, words: Mapping[str, str], *keys: str) -> P:
    return part.model_copy(update={key: words.get(text, text) for key in keys if (text := getattr(part, key))})
