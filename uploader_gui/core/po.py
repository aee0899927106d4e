"""Reading a catalogue of words: gettext's own text files (https://www.gnu.org/software/gettext/manual, "PO Files")."""

import gettext
import json
from collections.abc import Callable, Iterator, Mapping, Sequence


class Catalogue(gettext.NullTranslations):
    """Sentences in one language. One that is not there is English.

    Args:
        header: What the catalogue says of itself, by names in small letters: "language", "plural-forms".
        sentences: By the English ones.
        counted: Those that depend on a number, by the English one for 1: as many as the language has forms.

    Raises:
        ValueError: The rule for plurals cannot be read.
    """

    def __init__(
        self, header: Mapping[str, str], sentences: Mapping[str, str], counted: Mapping[str, Sequence[str]]
    ) -> None:
        super().__init__()
        self._header = dict(header)
        self._sentences = sentences
        self._counted = counted
        self._form = _form(header.get("plural-forms", ""))

    def info(self) -> dict[str, str]:
        """What the catalogue says of itself."""
        return self._header

    def gettext(self, message: str) -> str:
        """A sentence in the language."""
        return self._sentences.get(message, message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """The sentence that fits the number."""
        forms = self._counted.get(msgid1)
        return super().ngettext(msgid1, msgid2, n) if forms is None else forms[self._form(n)]


def read(text: str) -> Catalogue:
    """Read a catalogue. What is not translated, or marked as fuzzy or obsolete, is left out.

    Raises:
        ValueError: It is none.
    """
    sentences: dict[str, str] = {}
    counted: dict[str, list[str]] = {}
    for entry in _entries(text):
        forms = [said for key, said in entry.items() if key.startswith("msgstr")]
        if not forms or not all(forms):
            continue
        if "msgid_plural" in entry:
            counted[entry["msgid"]] = forms
        else:
            sentences[entry.get("msgid", "")] = forms[0]
    header = {}
    for line in sentences.pop("", "").splitlines():
        name, _colon, value = line.partition(":")
        header[name.strip().lower()] = value.strip()
    return Catalogue(header, sentences, counted)


def _entries(text: str) -> Iterator[dict[str, str]]:
    """Each entry that holds, by its keywords; entries are parted by empty lines, as every tool writes them."""
    entry: dict[str, str] = {}
    keyword, fuzzy = "", False
    for line in [*text.splitlines(), ""]:
        if line.startswith('"'):
            entry[keyword] = entry.get(keyword, "") + _string(line)
        elif line.startswith("msg"):
            keyword, _blank, rest = line.partition(" ")
            entry[keyword] = _string(rest)
        elif line.startswith("#,"):
            fuzzy = fuzzy or "fuzzy" in line
        elif not line:
            if entry and not fuzzy:
                yield entry
            entry, keyword, fuzzy = {}, "", False


def _string(quoted: str) -> str:
    """What stands between quotes. Its escapes are among those of JSON."""
    found = json.loads(quoted)
    if not isinstance(found, str):
        raise ValueError("a catalogue holds texts only")  # noqa: TRY004 - of the file, not of the call
    return found


def _form(plurals: str) -> Callable[[int], int]:
    """The rule that says which form belongs to a number: "nplurals=2; plural=(n != 1);"."""
    rule = next((part.partition("=")[2] for part in plurals.split(";") if part.strip().startswith("plural=")), "n != 1")
    return gettext.c2py(rule)
