"""Reading catalogues: as Babel reads them, and in every language's plurals."""

import io

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from uploader_gui.core import po
from uploader_gui.core.places import resources

GERMAN = resources() / "translations" / "de.po"
HEAD = 'msgid ""\nmsgstr ""\n"Language: de\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'


def test_as_babel_reads_it() -> None:
    """Every sentence of the German catalogue is read as the library reads it."""
    found = po.read(GERMAN.read_text(encoding="utf-8"))
    with GERMAN.open("rb") as file:
        theirs = read_po(file, locale="de")
    assert len(theirs) > 1000
    for message in theirs:
        if isinstance(message.id, str) and message.id:
            assert found.gettext(message.id) == message.string
        elif message.id:
            one, many = message.id
            assert [found.ngettext(one, many, count) for count in (1, 2)] == list(message.string or ())
    assert found.info()["language"] == "de"


@pytest.mark.parametrize("text", ['a "quoted" word', "a\nb\n", "tab\tback\\slash", "„Müller“ 🙂", " blanks "])
def test_every_sign(text: str) -> None:
    """Quotes, line ends, backslashes and every letter come through what Babel writes."""
    catalogue = Catalog(locale="de")
    catalogue.add("said", string=text)
    catalogue.add(text, string="heard")
    written = io.BytesIO()
    write_po(written, catalogue, width=20)
    found = po.read(written.getvalue().decode())
    assert (found.gettext("said"), found.gettext(text)) == (text, "heard")


@pytest.mark.parametrize(("count", "said"), [(0, "0 Dateien"), (1, "1 Datei"), (2, "2 Dateien")])
def test_german_plurals(count: int, said: str) -> None:
    """None, one, two."""
    found = po.read(GERMAN.read_text(encoding="utf-8"))
    assert found.ngettext("{n} file", "{n} files", count).format(n=count) == said


def test_three_forms() -> None:
    """A language with more forms than English, by its own rule: Polish."""
    rule = "nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);"
    text = (
        f'msgid ""\nmsgstr "Language: pl\\nPlural-Forms: {rule}\\n"\n\n'
        'msgid "{n} file"\nmsgid_plural "{n} files"\n'
        'msgstr[0] "plik"\nmsgstr[1] "pliki"\nmsgstr[2] "plików"\n'
    )
    found = po.read(text)
    assert [found.ngettext("{n} file", "{n} files", n) for n in (1, 2, 5, 12, 22)] == [
        "plik",
        "pliki",
        "plików",
        "plików",
        "pliki",
    ]


def test_what_does_not_hold() -> None:
    """What is not translated, fuzzy, or obsolete stays English; as does a form that is not there."""
    text = HEAD + (
        'msgid "a"\nmsgstr ""\n\n#, fuzzy\nmsgid "b"\nmsgstr "B"\n\n#~ msgid "c"\n#~ msgstr "C"\n\n'
        'msgid "{n} d"\nmsgid_plural "{n} ds"\nmsgstr[0] "D"\nmsgstr[1] ""\n\nmsgid "e"\nmsgstr "E"\n'
    )
    found = po.read(text)
    assert [found.gettext(one) for one in ("a", "b", "c", "e")] == ["a", "b", "c", "E"]
    assert [found.ngettext("{n} d", "{n} ds", n) for n in (1, 2)] == ["{n} d", "{n} ds"]


@pytest.mark.parametrize(
    "text",
    ['msgid "a\nmsgstr "b"\n', "msgid 5\nmsgstr 6\n", 'msgid ""\nmsgstr "Plural-Forms: nplurals=2; plural=os;\\n"\n'],
)
def test_no_catalogue(text: str) -> None:
    """What is none says so, and nothing in it is carried out."""
    with pytest.raises(ValueError, match=r"."):
        po.read(text)
