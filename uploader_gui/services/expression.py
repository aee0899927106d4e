"""`${ … }`: a JMESPath expression (https://jmespath.org/specification.html) over what is known so far.

The language is the library's; six functions are added, as JMESPath cannot look outside a list it walks and has no
names that are known only then: `root()` all known names, `time(text)` ISO date to seconds,
`split(text, separator)`, `html(text)` escaped, `items(object)` its [name, value] pairs, `from_items(pairs)` the object
of such pairs (the last two as in JMESPath's own proposal JEP 13).
"""

import functools
import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import jmespath
import jmespath.exceptions
import jmespath.lexer

from uploader_gui.core.words import one_line
from uploader_gui.services.evaluation import Functions, Interpreter, Scope, TooMuchWorkError, seconds_since_1970

MAX_LENGTH = 2000
MAX_DEPTH = 60

FUNCTIONS: Mapping[str, Any] = Functions.FUNCTION_TABLE
OWN_FUNCTIONS = ("from_items", "html", "items", "root", "split", "time")

Token = Mapping[str, Any]


class ExpressionError(Exception):
    """An expression cannot be read or gave nothing usable.

    Its text never holds a value: the library's own errors print values, and those may be secret.

    Attributes:
        expression: The expression that cannot be read, as it stands in the service file; "" otherwise.
    """

    def __init__(self, text: str, *, expression: str = "") -> None:
        super().__init__(text)
        self.expression = expression


@dataclass(frozen=True)
class Expression:
    """One compiled expression."""

    text: str

    def __post_init__(self) -> None:
        _compiled(self.text)

    @property
    def tree(self) -> Mapping[str, Any]:
        """The parsed expression: nodes with `type`, `children` and `value`."""
        parsed: Mapping[str, Any] = _compiled(self.text).parsed
        return parsed

    @property
    def tokens(self) -> list[Token]:
        """The library's tokens of it: `type`, `value`."""
        return list(jmespath.lexer.Lexer().tokenize(self.text))

    def value(self, scope: Scope) -> Any:
        """Evaluate; None is JMESPath's "nothing there".

        Raises:
            ExpressionError: It does not fit what is there.
        """
        # Nothing is chained, not even as context: the library's errors print values.
        failed = "it does not fit what is there"
        try:
            return Interpreter(scope).visit(self.tree, scope)
        except TooMuchWorkError:
            failed = "it makes too much of what is there"
        except (jmespath.exceptions.JMESPathError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            pass
        except RecursionError:
            pass
        raise ExpressionError(failed)


@functools.lru_cache(maxsize=4096)
def _compiled(text: str) -> Any:
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"it is longer than {MAX_LENGTH} characters", expression=text)
    if not text.strip():
        raise ExpressionError("there is nothing between the braces of ${ }", expression=text)
    _check_literals(text)
    parsed: Any = None
    try:
        parsed = jmespath.compile(text)
        nodes = list(_nodes(parsed.parsed))
    except jmespath.exceptions.IncompleteExpressionError:
        sentence = "it ends too early"
    except jmespath.exceptions.ParseError as error:
        sentence = _why(text, error)
    except (jmespath.exceptions.JMESPathError, ValueError):
        sentence = "it cannot be read"
    except RecursionError:
        sentence = f"it is nested deeper than {MAX_DEPTH}"
    else:
        sentence = next(_misuses(nodes), "")
    if sentence:
        raise ExpressionError(sentence, expression=text)
    return parsed


_QUOTED = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`((?:[^`\\]|\\.)*)`""", re.DOTALL)


def _check_literals(text: str) -> None:
    """Between backticks stands JSON. The library takes a bare word for a text there, with a warning."""
    for found in _QUOTED.finditer(text):
        if found[1] is None:
            continue
        try:
            json.loads(found[1].replace("\\`", "`"), parse_constant=_finite, parse_float=_finite)
        except (ValueError, RecursionError):
            word = one_line(found[1], 40)
            sentence = f"between backticks stands JSON, and “{word}” is none: a text is written as '{word}'"
            raise ExpressionError(sentence, expression=text) from None


def _finite(number: str) -> float:
    if not math.isfinite(float(number)):
        raise ValueError(number)
    return float(number)


def _nodes(tree: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every node, level by level. Raises RecursionError beyond the depth that may be."""
    level: list[Mapping[str, Any]] = [tree]
    for _ in range(MAX_DEPTH):
        yield from level
        level = [child for one in level for child in one["children"] if isinstance(child, dict)]
        if not level:
            return
    raise RecursionError


def _misuses(nodes: list[Mapping[str, Any]]) -> Iterator[str]:
    """What the library would only refuse, or quietly misread, when it evaluates."""
    allowed = set()
    for node in nodes:
        if node["type"] == "function_expression" and (known := FUNCTIONS.get(node["value"])):
            for argument, wanted in zip(node["children"], known["signature"], strict=False):
                if "expref" in wanted["types"]:
                    allowed.add(id(argument))
    for node in nodes:
        if node["type"] == "expref" and id(node) not in allowed:
            yield "“&” stands only before what sort_by(), min_by(), max_by() or map() takes of each item"
        if node["type"] == "slice" and node["children"][2] == 0:
            yield "a list cannot be walked in steps of 0"


def _found(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    return found[0] if found else ""


_WORDS = {"and": "&&", "or": "||", "not": "!"}


def _why(text: str, error: jmespath.exceptions.ParseError) -> str:
    """Say why an expression cannot be read, for people who do not know JMESPath."""
    at = error.lex_position
    rest, before = text[at:], text[:at].rstrip()
    word, previous = _found(r"[\w-]*", rest), _found(r"\w*$", before)
    for name in (word, previous):
        if name in _WORDS:
            return f"“{name}” is written {_WORDS[name]}"
    if rest[:1].isdigit():
        digits = _found(r"[0-9]*(\.[0-9]+)?", rest)
        if before.endswith("."):
            return f"the member of a list is taken with [{digits}], without a dot"
        return f"a number stands between backticks: `{digits}`"
    if isinstance(error, jmespath.exceptions.LexerError) and error.message.startswith("Unclosed"):
        return f"the {rest[0]} is not closed"
    if rest[:1] == "=":
        return "two values are compared with =="
    if rest[:1] == "+":
        return "there is no +: texts are put together outside the braces, as in ${a}${b}, or with join()"
    if rest[:1].isalpha() or (rest[:1] == "-" and before[-1:].isalnum()):
        name = (previous if text[:at] == before else "") + word
        if not re.fullmatch("[A-Za-z0-9_]*", name):
            return f'a name with other signs than a-z, 0-9 and _ stands in double quotes: "{one_line(name, 40)}"'
    return f"it cannot be read at “{one_line(rest, 20)}”" if rest.strip() else "it ends too early"


__all__ = [
    "FUNCTIONS",
    "OWN_FUNCTIONS",
    "Expression",
    "ExpressionError",
    "Scope",
    "Token",
    "seconds_since_1970",
]
