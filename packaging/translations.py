"""The catalogues of words in resources/translations: sentences come from the code, and nothing lacks in any language.

Run by .venv's Python, which has Babel: `dev.py translations` takes new sentences up, the tier of that name checks.
"""

from __future__ import annotations

import argparse
import ast
import io
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).resolve().parents[1]
# What marks a sentence in the code, and how many texts it takes: see uploader_gui/core/translation.py.
KEYWORDS = {"_": 1, "N_": 1, "ngettext": 2}
WIDTH = 100
MEND = "python3 packaging/dev.py translations"

# What a translation must take over as it is: {name}, {name:18}, %(prog)s, %Y, --option, UPLOADER_GUI_HOME.
_FIELD = re.compile(r"\{[^{}]*\}")
_PERCENT = re.compile(r"%(?:\([a-z_]+\))?[a-zA-Z]")
_TYPED = re.compile(r"(?<![\w-])--[a-z][a-z-]+|\b[A-Z]{2,}_[A-Z_]+\b")
_ENDS = ("…", ":", ".", "?", "!", ",", ";")
_MNEMONIC = re.compile(r"&(?=[^\s&])")


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """What is wrong with one sentence of a catalogue.

    Attributes:
        what: In a few words.
        sentence: The English one.
        where: The files that say it.
    """

    what: str
    sentence: str
    where: Sequence[str]

    def __str__(self) -> str:
        shown = self.sentence.replace("\n", "\\n")
        return f"  {self.what}: “{shown}”{' in ' + ', '.join(self.where) if self.where else ''}"


def catalogues(root: Path) -> list[Path]:
    """Return the catalogues of a checkout."""
    return sorted((root / "resources/translations").glob("*.po"))


def sentences(root: Path) -> Catalog:
    """Return every sentence of the code, with the files that say it."""
    found = Catalog()
    for path in sorted((root / "uploader_gui").rglob("*.py")):
        file = path.relative_to(root).as_posix()
        for line, texts in sorted(_said(ast.parse(path.read_bytes(), file))):
            found.add(texts if len(texts) > 1 else texts[0], locations=[(file, line)])
    return found


def _said(tree: ast.Module) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Each sentence of a module. By the syntax tree: Babel's own extractor does not look into f-strings."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KEYWORDS:
            texts = [one.value for one in node.args[: KEYWORDS[node.func.id]] if isinstance(one, ast.Constant)]
            # What is no plain text is looked up by what it holds, and is marked elsewhere.
            if len(texts) == KEYWORDS[node.func.id] and all(isinstance(one, str) and one for one in texts):
                yield node.lineno, tuple(map(str, texts))


def read(path: Path) -> Catalog:
    """Read a catalogue. Its name is its language's code."""
    with path.open("rb") as file:
        return read_po(file, locale=path.stem)


def head(path: Path) -> str:
    """Return the head of a catalogue as it stands: its words of its own, and what it says of itself."""
    return path.read_text(encoding="utf-8").partition("\n\n")[0]


def merged(path: Path, fresh: Catalog) -> str:
    """Return a catalogue's text with the code's sentences in it.

    What was translated stays; what has changed a little is taken along as fuzzy; what is said no more goes. Nothing in
    it changes from run to run: no dates, no line numbers, and an order of its own.
    """
    catalogue = read(path)
    catalogue.update(fresh, no_fuzzy_matching=False, keep_user_comments=True)
    body = io.BytesIO()
    write_po(
        body,
        catalogue,
        width=WIDTH,
        omit_header=True,
        sort_by_file=True,
        ignore_obsolete=True,
        include_previous=True,
        include_lineno=False,
    )
    return f"{head(path)}\n\n{body.getvalue().decode().strip()}\n"


def mistakes(catalogue: Catalog, fresh: Catalog) -> Iterator[Mistake]:
    """Find all that is wrong with a catalogue.

    Args:
        catalogue: As it was read.
        fresh: The sentences of the code.
    """
    for message in fresh:
        if not message.id:
            continue
        texts = _texts(message.id)
        where = sorted({file for file, _line in message.locations})
        mine = catalogue.get(message.id)
        said = _texts(mine.string) if mine is not None else []
        wanted = catalogue.num_plurals if len(texts) > 1 else 1
        if mine is None or not any(said):
            yield Mistake(what="is not translated", sentence=texts[0], where=where)
        elif mine.fuzzy:
            yield Mistake(what="is fuzzy: see whether the translation still holds", sentence=texts[0], where=where)
        elif len(said) != wanted or not all(said):
            yield Mistake(what=f"needs {wanted} forms", sentence=texts[0], where=where)
        else:
            for one, text in enumerate(said):
                for what in _differs(texts[min(one, len(texts) - 1)], text):
                    yield Mistake(what=what, sentence=texts[0], where=where)
    for message in catalogue:
        if message.id and fresh.get(message.id) is None:
            yield Mistake(what="is said nowhere any more", sentence=_texts(message.id)[0], where=[])
    for obsolete in catalogue.obsolete.values():
        yield Mistake(what="is said nowhere any more", sentence=_texts(obsolete.id)[0], where=[])


def _texts(of: object) -> list[str]:
    """A sentence, or its forms, as a list."""
    if isinstance(of, str):
        return [of]
    return [str(one or "") for one in of] if isinstance(of, list | tuple) else []


def _differs(english: str, said: str) -> Iterator[str]:
    """What a translation does not take over from the English sentence."""
    for called, pattern in (("fields in braces", _FIELD), ("signs with %", _PERCENT), ("words to be typed", _TYPED)):
        theirs, mine = set(pattern.findall(english)), set(pattern.findall(said))
        if theirs != mine:
            yield f"has other {called} ({', '.join(sorted(theirs ^ mine))})"
    end = next((one for one in _ENDS if english.endswith(one)), "")
    if end and not said.endswith(end):
        yield f"must end in “{end}”"
    if not end and said.endswith(_ENDS) and not said.endswith(("usw.", "z. B.")):
        yield "must end without a sign"
    if english[: len(english) - len(english.lstrip())] != said[: len(said) - len(said.lstrip())]:
        yield "must begin with the same blanks"
    if english[len(english.rstrip()) :] != said[len(said.rstrip()) :]:
        yield "must end with the same blanks"
    if english.count("\n") != said.count("\n"):
        yield "must have as many lines"
    if len(_MNEMONIC.findall(english)) != len(_MNEMONIC.findall(said)):
        yield "must have a mnemonic (&) where the English sentence has one, and only there"


def main(arguments: Sequence[str]) -> int:
    """Take new sentences up, or check; gives the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing, and fail if something lacks")
    options = parser.parse_args(list(arguments))
    fresh = sentences(ROOT)
    wrong = 0
    for path in catalogues(ROOT):
        if not options.check:
            path.write_text(merged(path, fresh), encoding="utf-8", newline="\n")
        found = list(mistakes(read(path), fresh))
        wrong += len(found)
        print(f"{path.relative_to(ROOT).as_posix()}: {len(fresh)} sentences, {len(found)} to be looked at")
        for one in found:
            print(one)
    if wrong:
        print(f"To mend it: {MEND} takes new sentences up and drops old ones; then translate what is empty or fuzzy.")
    return 1 if wrong and options.check else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
