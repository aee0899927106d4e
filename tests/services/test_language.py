"""Labels in the person's language, from the service file itself."""

import pytest

from uploader_gui.services import catalogue
from uploader_gui.services.language import in_language, lacking
from uploader_gui.services.template import Template

GERMAN = {
    "Lead": "Kontakt",
    "Note on a lead": "Notiz zu einem Kontakt",
    "Received": "Empfangen",
    "API key": "API-Schlüssel",
    "the note on ${named.lead}": "die Notiz zu ${named.lead}",
    "the draft email ${named.email}": "der Entwurf",
}


@pytest.mark.parametrize("language", ["de", "de_AT", "de-ch"])
def test_labels_are_translated(language: str) -> None:
    """Labels of fields, targets, inputs and choices are in the language; what has no word there stays as it is."""
    service = in_language(catalogue.find("close").model_copy(update={"words": {"de": GERMAN}}), language)
    note = service.targets["note"]
    assert (note.label, note.inputs[0].label, note.inputs[1].label) == ("Notiz zu einem Kontakt", "Kontakt", "Text")
    [direction] = [one for one in service.targets["whatsapp_log"].inputs if one.choices]
    assert [choice.label for choice in direction.choices] == ["Empfangen", "Sent"]
    assert service.account.fields[0].label == "API-Schlüssel"
    assert note.place == Template.read("die Notiz zu ${named.lead}")


def test_a_place_keeps_what_it_names() -> None:
    """A translated place that names other things than the file's own is not used."""
    file = catalogue.find("close")
    service = in_language(file.model_copy(update={"words": {"de": GERMAN}}), "de")
    assert service.targets["email_draft_add"].place == file.targets["email_draft_add"].place
    broken = {"the note on ${named.lead}": "die Notiz zu ${named.lead"}
    service = in_language(file.model_copy(update={"words": {"de": broken}}), "de")
    assert service.targets["note"].place == file.targets["note"].place


def test_other_languages_and_none() -> None:
    """Without words for the language the file is as it is."""
    file = catalogue.find("close").model_copy(update={"words": {"de": GERMAN}})
    assert in_language(file, "fr") is file
    assert in_language(file, "") is file


@pytest.mark.parametrize("service_id", ["circle", "close", "haufe", "kizen"])
def test_all_in_german(service_id: str) -> None:
    """Every label of a service that comes with the program has its German word; and none is there that nobody needs."""
    service = catalogue.find(service_id)
    texts = lacking(service, "")
    assert lacking(service, "de") == []
    assert len(texts) > 10
    assert sorted(service.words["de"]) == sorted(texts)


def test_sentences_are_translated() -> None:
    """What a file says of its own when something is in the way is in the language; what repeats an answer is not."""
    close, haufe = (in_language(catalogue.find(one), "de") for one in ("close", "haufe"))
    [rule] = close.targets["email_draft_add"].ensure
    assert rule.text.source.startswith("Diese E-Mail ist kein Entwurf mehr")
    assert haufe.ready is not None
    assert haufe.ready.failed[0].text.source.startswith("Die Virenprüfung")
    assert close.errors == catalogue.find("close").errors


def test_lacking() -> None:
    """What a file's words lack is named, each once, in the file's order."""
    service = catalogue.find("close").model_copy(update={"words": {"de": GERMAN}})
    found = lacking(service, "de")
    assert "Lead" not in found
    assert "Subject" in found
    assert len(found) == len(set(found))
