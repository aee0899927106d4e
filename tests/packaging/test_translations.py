"""The catalogues' keeper: every sentence is found, what lacks is named, what is there is kept."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "packaging"))

import translations

HEAD = """\
# Words.
msgid ""
msgstr ""
"Language: de\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"""
CODE = """\
def said(n, name):
    a = _("Save {name}…").format(name=name)
    b = ngettext("{n} file", "{n} files", n)
    c = N_("See: --help")
    d = f"{_('Inside')} an f-string"
    return a, b, c, d, _(name)
"""
GOOD = """
#: uploader_gui/a.py
msgid "Inside"
msgstr "Darin"

#: uploader_gui/a.py
msgid "Save {name}…"
msgstr "{name} speichern …"

#: uploader_gui/a.py
msgid "See: --help"
msgstr "Siehe: --help"

#: uploader_gui/a.py
msgid "{n} file"
msgid_plural "{n} files"
msgstr[0] "{n} Datei"
msgstr[1] "{n} Dateien"
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout with four sentences and a catalogue that has all of them."""
    for path, text in (("uploader_gui/a.py", CODE), ("resources/translations/de.po", HEAD + GOOD)):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    return tmp_path


def wrong(root: Path, text: str) -> list[str]:
    """What is wrong with the catalogue when it is so."""
    path = root / "resources/translations/de.po"
    path.write_text(HEAD + text, encoding="utf-8")
    found = translations.mistakes(translations.read(path), translations.sentences(root))
    return [f"{one.what}: {one.sentence}" for one in found]


def test_found(root: Path) -> None:
    """Sentences are found wherever they are marked, in f-strings too, with the file that says them."""
    found = {str(message.id): message.locations for message in translations.sentences(root) if message.id}
    assert set(found) == {"Save {name}…", "('{n} file', '{n} files')", "See: --help", "Inside"}
    assert {file for places in found.values() for file, _line in places} == {"uploader_gui/a.py"}


def test_nothing_wrong(root: Path) -> None:
    """A catalogue that has everything has no mistakes."""
    assert wrong(root, GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('msgstr "Darin"', 'msgstr ""', "is not translated: Inside"),
        ('#: uploader_gui/a.py\nmsgid "Inside"\nmsgstr "Darin"\n', "", "is not translated: Inside"),
        ('msgid "Inside"', '#, fuzzy\nmsgid "Inside"', "is fuzzy: see whether the translation still holds: Inside"),
        ('msgid "Inside"', 'msgid "Outside"\nmsgstr "x"\n\nmsgid "Inside"', "is said nowhere any more: Outside"),
        ('msgid "Inside"', '#~ msgid "Outside"\n#~ msgstr "x"\n\nmsgid "Inside"', "is said nowhere any more: Outside"),
        ("{name} speichern …", "{nom} speichern …", "has other fields in braces ({name}, {nom}): Save {name}…"),
        ("{name} speichern …", "{name} speichern", "must end in “…”: Save {name}…"),
        ('"Darin"', '"Darin:"', "must end without a sign: Inside"),
        ('"Darin"', '"Darin "', "must end with the same blanks: Inside"),
        ('"Darin"', '" Darin"', "must begin with the same blanks: Inside"),
        ('"Darin"', '"Da\\nrin"', "must have as many lines: Inside"),
        ('"Darin"', '"&Darin"', "must have a mnemonic (&) where the English sentence has one, and only there: Inside"),
        ("Siehe: --help", "Siehe: --hilfe", "has other words to be typed (--help, --hilfe): See: --help"),
        ('msgstr[1] "{n} Dateien"', 'msgstr[1] ""', "needs 2 forms: {n} file"),
        ('msgstr[1] "{n} Dateien"', 'msgstr[1] "Dateien"', "has other fields in braces ({n}): {n} file"),
    ],
)
def test_wrong(old: str, new: str, said: str, root: Path) -> None:
    """Each mistake is named, with the sentence it is in, and nothing else is."""
    assert old in GOOD
    assert wrong(root, GOOD.replace(old, new)) == [said]


def test_merged(root: Path) -> None:
    """New sentences come in empty, similar ones fuzzy, old ones go; the head and what was translated stay."""
    path = root / "resources/translations/de.po"
    code = CODE.replace("Save {name}…", "Save {name} now…").replace("'Inside'", "'Elsewhere, and quite another one'")
    (root / "uploader_gui/a.py").write_text(code, encoding="utf-8")
    text = translations.merged(path, translations.sentences(root))
    assert text.startswith(HEAD)
    assert '#| msgid "Save {name}…"\nmsgid "Save {name} now…"\nmsgstr "{name} speichern …"' in text
    assert "#, fuzzy" in text
    assert 'msgid "Elsewhere, and quite another one"\nmsgstr ""' in text
    assert 'msgstr[1] "{n} Dateien"' in text
    assert "Inside" not in text


def test_nothing_changes(root: Path) -> None:
    """Taken up once more, with nothing new in the code, a catalogue is what it was: no date, no line number."""
    path = root / "resources/translations/de.po"
    once = translations.merged(path, translations.sentences(root))
    path.write_text(once, encoding="utf-8")
    (root / "uploader_gui/a.py").write_text(f"# a line more\n\n{CODE}", encoding="utf-8")
    assert translations.merged(path, translations.sentences(root)) == once


def test_how_to_mend(root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The check fails with the way out; taking up does what it says, and then names what is left to be done."""
    monkeypatch.setattr(translations, "ROOT", root)
    assert translations.main(["--check"]) == 0
    (root / "uploader_gui/a.py").write_text(f'{CODE}\nNEW = N_("Quite new")\n', encoding="utf-8")
    assert translations.main(["--check"]) == 1
    said = capsys.readouterr().out
    assert "is not translated: “Quite new” in uploader_gui/a.py" in said
    assert "python3 packaging/dev.py translations" in said
    assert translations.main([]) == 0
    assert 'msgid "Quite new"' in (root / "resources/translations/de.po").read_text(encoding="utf-8")
