"""`${ … }`: a JMESPath expression (https://jmespath.org/specification.html) over what is known so far.

The language is the library's; four functions are added, as JMESPath cannot look outside a list it walks:
`root()` all known names, `time(text)` ISO date to seconds, `split(text, separator)`, `html(text)` escaped.
"""

import functools
import html
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import jmespath
import jmespath.exceptions
import jmespath.functions
import jmespath.lexer

MAX_LENGTH = 2000
MAX_DEPTH = 60

Scope = dict[str, Any]


class ExpressionError(Exception):
    """An expression cannot be read or gave nothing usable.

    Its text never holds a value: the library's own errors print values, and those may be secret.
    """


class Functions(jmespath.functions.Functions):
    """The library's functions and our four."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    @jmespath.functions.signature()
    def _func_root(self) -> Scope:
        return self._scope

    @jmespath.functions.signature({"types": ["string"]})
    def _func_time(self, text: str) -> float:
        return seconds_since_1970(text)

    @jmespath.functions.signature({"types": ["string"]}, {"types": ["string"]})
    def _func_split(self, text: str, separator: str) -> list[str]:
        return text.split(separator) if separator else list(text)

    @jmespath.functions.signature({"types": ["string"]})
    def _func_html(self, text: str) -> str:
        return html.escape(text)


OWN_FUNCTIONS = ("html", "root", "split", "time")


def seconds_since_1970(text: str) -> float:
    """Read an ISO 8601 date; one without a zone is UTC. Raises ValueError."""
    read = datetime.fromisoformat(text)
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()


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

    def value(self, scope: Scope) -> Any:
        """Evaluate; None is JMESPath's "nothing there".

        Raises:
            ExpressionError: It does not fit what is there.
        """
        options = jmespath.Options(custom_functions=Functions(scope))
        try:
            return _compiled(self.text).search(scope, options=options)
        except (jmespath.exceptions.JMESPathError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            pass
        except RecursionError:
            pass
        raise ExpressionError("it does not fit what is there")


@functools.lru_cache(maxsize=4096)
def _compiled(text: str) -> Any:
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"it is longer than {MAX_LENGTH} characters")
    if not text.strip():
        raise ExpressionError("there is nothing between the braces")
    try:
        parsed = jmespath.compile(text)
        depth = _depth(parsed.parsed)
    except jmespath.exceptions.LexerError as error:
        raise ExpressionError(f"it cannot be read at “{text[error.lex_position or 0 :][:12]}”") from None
    except jmespath.exceptions.IncompleteExpressionError:
        raise ExpressionError("it ends too early") from None
    except jmespath.exceptions.ParseError as error:
        raise ExpressionError(f"it cannot be read at “{error.token_value}”") from None
    except (jmespath.exceptions.JMESPathError, ValueError):
        raise ExpressionError("it cannot be read") from None
    except RecursionError:
        depth = MAX_DEPTH + 1
    if depth > MAX_DEPTH:
        raise ExpressionError(f"it is nested deeper than {MAX_DEPTH}")
    return parsed


def _depth(node: Any) -> int:
    deepest, level, nodes = 0, 0, [node]
    while nodes:
        level += 1
        deepest = level
        nodes = [child for one in nodes if isinstance(one, dict) for child in one.get("children", ())]
        if level > MAX_DEPTH:
            break
    return deepest


Token = Mapping[str, Any]


def tokens(text: str) -> list[Token]:
    """Split a readable expression into the library's tokens (`type`, `value`)."""
    return list(jmespath.lexer.Lexer().tokenize(text))
