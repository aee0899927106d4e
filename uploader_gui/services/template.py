"""A string of a service file: text with `${ … }` in it, and how it is filled. Addresses and bodies are made of such."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pydantic
from pydantic_core import core_schema

from uploader_gui.services.evaluation import weight
from uploader_gui.services.expression import Expression, ExpressionError, Scope
from uploader_gui.services.writing import MAX_CHARACTERS, MAX_WEIGHT, TOO_MUCH, as_text, without_nothing

MAX_DEPTH = 40  # of a body in the file


class UnreadableError(ValueError):
    """Strings of a service file that cannot be read.

    Attributes:
        mistakes: For each: its key below the one that was read (".rows[0].name"), the expression or "", a sentence.
    """

    def __init__(self, mistakes: list[tuple[str, str, str]]) -> None:
        super().__init__("; ".join(text for _key, _expression, text in mistakes))
        self.mistakes = mistakes

    @classmethod
    def of(cls, error: ExpressionError) -> "UnreadableError":
        """Turn the one error of a single string into what pydantic collects."""
        return cls([("", error.expression, str(error))])


@dataclass(frozen=True)
class Template:
    """A string that may hold expressions.

    Attributes:
        source: As it stands in the file.
        parts: Its plain text and its expressions, in order.
    """

    source: str
    parts: tuple[str | Expression, ...]

    @classmethod
    def read(cls, source: str) -> "Template":
        """Read a string of a service file.

        Raises:
            ExpressionError: An expression in it cannot be read.
        """
        return cls(source, tuple(_split(source)))

    @property
    def whole(self) -> Expression | None:
        """The expression, if the string is nothing but one."""
        return self.parts[0] if len(self.parts) == 1 and isinstance(self.parts[0], Expression) else None

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """All expressions in it."""
        return tuple(part for part in self.parts if isinstance(part, Expression))

    def value(self, scope: Scope) -> Any:
        """Fill it in. A lone expression keeps its value's type, and None where nothing is there.

        Raises:
            ExpressionError: An expression does not fit what is there, or nothing stands inside a longer text.
        """
        if (whole := self.whole) is not None:
            return whole.value(scope)
        texts, length = [], 0
        for part in self.parts:
            texts.append(part if isinstance(part, str) else as_text(part.value(scope)))
            length += len(texts[-1])
            if length > MAX_CHARACTERS:
                raise ExpressionError(TOO_MUCH)
        return "".join(texts)

    def text(self, scope: Scope) -> str:
        """Fill it in as a text. Raises ExpressionError also if there is nothing or a list."""
        return as_text(self.value(scope))

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: Any, handler: pydantic.GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Tell pydantic how to read one: from a string."""
        del source, handler

        def read(text: str) -> Template:
            try:
                return cls.read(text)
            except ExpressionError as error:
                raise UnreadableError.of(error) from None

        return core_schema.no_info_after_validator_function(read, core_schema.str_schema(strict=True))


def _split(source: str) -> Iterator[str | Expression]:
    text, at = "", 0
    while (found := source.find("${", at)) >= 0:
        if source.startswith("$", found - 1) and found > at:
            text, at = f"{text}{source[at : found - 1]}${{", found + 2
            continue
        text += source[at:found]
        if text:
            yield text
        end = _end_of_expression(source, found + 2)
        yield Expression(source[found + 2 : end].strip())
        text, at = "", end + 1
    text += source[at:]
    if text or not source:
        yield text


def _end_of_expression(source: str, start: int) -> int:
    """Find the brace that closes an expression: braces nest, and do not count inside quotes or backticks."""
    depth, quote_char, at = 0, "", start
    while at < len(source):
        char = source[at]
        if quote_char:
            if char == "\\":
                at += 1
            elif char == quote_char:
                quote_char = ""
        elif char in "'\"`":
            quote_char = char
        elif char == "{":
            depth += 1
        elif char == "}":
            if depth == 0:
                return at
            depth -= 1
        at += 1
    missing = f"the {quote_char} is not closed" if quote_char else "the } that closes it is missing"
    raise ExpressionError(missing, expression=source[start:])


METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

# An expression may not reach into the host: what stands there decides who gets the key.
_BEGINNING = re.compile(r"/|https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/|$)")


@dataclass(frozen=True)
class Address:
    """`METHOD address` of a call. What begins with `/` hangs on the base; anything else is taken as it comes."""

    method: str
    template: Template

    @classmethod
    def read(cls, source: str) -> "Address":
        """Read `POST /path/${x}/`.

        Raises:
            ValueError: With a sentence.
            ExpressionError: An expression in it cannot be read.
        """
        method, _, address = source.partition(" ")
        if method not in METHODS or not address:
            raise ValueError(
                'must be a method and an address, such as "POST /files/" or "PUT ${sign.url}"; '
                f"the methods are {', '.join(METHODS)}"
            )
        template = Template.read(address)
        first = template.parts[0]
        if isinstance(first, str):
            found = _BEGINNING.match(first)
            if found is None or (found[0][-1] != "/" and len(template.parts) > 1):
                raise ValueError('the address must begin with "/", with "https://", a host and "/", or with "${"')
            if re.search(r"[\s\\]", address if len(template.parts) == 1 else first):
                raise ValueError("an address holds no spaces and no backslashes")
        return cls(method, template)

    def url(self, base: str, scope: Scope) -> str:
        """Fill in the address.

        A leading expression, as in `PUT ${sign.url}`, stands verbatim, and `//host` there means https; every other
        one becomes one percent-encoded segment.

        Raises:
            ExpressionError: A part is missing, empty, `.` or `..`.
        """
        address = ""
        for index, part in enumerate(self.template.parts):
            if isinstance(part, str):
                address += part
                continue
            text = as_text(part.value(scope))
            if not text:
                raise ExpressionError("a part of the address is empty")
            if index == 0:
                address = f"https:{text}" if text.startswith("//") else text
            elif text in {".", ".."}:
                raise ExpressionError("a part of the address is “.” or “..”, which would lead elsewhere")
            else:
                address += quote(text, safe="")
        return base.rstrip("/") + address if address.startswith("/") else address

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: Any, handler: pydantic.GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Tell pydantic how to read one: from a string."""
        del source, handler

        def read(text: str) -> Address:
            try:
                return cls.read(text)
            except ExpressionError as error:
                raise UnreadableError.of(error) from None

        return core_schema.no_info_after_validator_function(read, core_schema.str_schema(strict=True))


def compile_body(value: Any) -> Any:
    """Turn a body as it stands in the file into the same with `Template` for each string.

    Raises:
        UnreadableError: With every string in it that cannot be read.
    """
    mistakes: list[tuple[str, str, str]] = []
    compiled = _compiled(value, "", mistakes)
    if mistakes:
        raise UnreadableError(mistakes)
    return compiled


def _compiled(value: Any, key: str, mistakes: list[tuple[str, str, str]], depth: int = 0) -> Any:
    wrong = ""
    if depth > MAX_DEPTH:
        wrong = f"is nested deeper than {MAX_DEPTH}"
    elif isinstance(value, dict):
        return {name: _compiled(one, f"{key}.{name}", mistakes, depth + 1) for name, one in value.items()}
    elif isinstance(value, list):
        return [_compiled(one, f"{key}[{index}]", mistakes, depth + 1) for index, one in enumerate(value)]
    elif isinstance(value, str):
        try:
            return Template.read(value)
        except ExpressionError as error:
            mistakes.append((key, error.expression, str(error)))
            return None
    elif isinstance(value, float) and not math.isfinite(value):
        wrong = "must be a number that can be sent: JSON has no inf and no nan"
    elif not isinstance(value, int | float):
        wrong = "a date or time must be written as a text in quotes"
    if wrong:
        mistakes.append((key, "", wrong))
    return value


def fill_body(body: Any, scope: Scope) -> Any:
    """Fill in a compiled body; what is nothing is left out, at any depth.

    Raises:
        ExpressionError: An expression does not fit what is there, or makes more of it than can be meant.
    """
    filled = _filled(body, scope)
    if weight(filled, MAX_WEIGHT) > MAX_WEIGHT:
        raise ExpressionError(TOO_MUCH)
    return without_nothing(filled)


def _filled(body: Any, scope: Scope) -> Any:
    if isinstance(body, Template):
        return body.value(scope)
    if isinstance(body, dict):
        return {key: _filled(member, scope) for key, member in body.items()}
    if isinstance(body, list):
        return [_filled(member, scope) for member in body]
    return body


def templates(body: Any) -> Iterator[Template]:
    """Every template in a compiled body."""
    if isinstance(body, Template):
        yield body
    elif isinstance(body, dict):
        for member in body.values():
            yield from templates(member)
    elif isinstance(body, list):
        for member in body:
            yield from templates(member)


__all__ = [
    "METHODS",
    "Address",
    "Template",
    "UnreadableError",
    "as_text",
    "compile_body",
    "fill_body",
    "templates",
    "without_nothing",
]
