"""A string of a service file: text with `${ … }` in it, and how it is filled."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pydantic
from pydantic_core import core_schema

from uploader_gui.services.expression import Expression, ExpressionError, Scope


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
        return "".join(part if isinstance(part, str) else as_text(part.value(scope)) for part in self.parts)

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
                raise ValueError(str(error)) from None

        return core_schema.no_info_after_validator_function(read, core_schema.str_schema(strict=True))


def as_text(value: Any) -> str:
    """Write a value inside a text as JSON would, a string as it is.

    Raises:
        ExpressionError: There is nothing, a list or an object.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if value is None:
        raise ExpressionError("nothing is there")
    raise ExpressionError("a list or an object cannot stand inside a text")


def _split(source: str) -> Iterator[str | Expression]:
    text, at = "", 0
    while at < len(source):
        if source.startswith("$${", at):
            text, at = text + "${", at + 3
        elif source.startswith("${", at):
            end = _end_of_expression(source, at + 2)
            if text:
                yield text
            yield Expression(source[at + 2 : end].strip())
            text, at = "", end + 1
        else:
            text, at = text + source[at], at + 1
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
    raise ExpressionError("the closing brace of ${ is missing")


@dataclass(frozen=True)
class Address:
    """`METHOD address` of a call. What begins with `/` hangs on the base; anything else is taken as it comes."""

    method: str
    template: Template

    METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

    @classmethod
    def read(cls, source: str) -> "Address":
        """Read `POST /path/${x}/`. Raises ValueError with a sentence."""
        method, _, address = source.partition(" ")
        if method not in cls.METHODS or not address:
            raise ValueError(
                f'a call is a method and an address such as "POST /files/"; the methods are {", ".join(cls.METHODS)}'
            )
        try:
            template = Template.read(address)
        except ExpressionError as error:
            raise ValueError(str(error)) from None
        first = template.parts[0]
        if isinstance(first, str) and not first.startswith(("/", "https://")):
            raise ValueError('an address begins with "/", "https://" or "${"')
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
            elif index == 0:
                address = as_text(part.value(scope))
                address = f"https:{address}" if address.startswith("//") else address
            else:
                segment = as_text(part.value(scope))
                if segment in {"", ".", ".."}:
                    raise ExpressionError("a part of the address is empty")
                address += quote(segment, safe="")
        return base.rstrip("/") + address if address.startswith("/") else address

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: Any, handler: pydantic.GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Tell pydantic how to read one: from a string."""
        del source, handler
        return core_schema.no_info_after_validator_function(cls.read, core_schema.str_schema(strict=True))


def compile_body(value: Any) -> Any:
    """Turn a body as it stands in the file into the same with `Template` for each string.

    Raises:
        ValueError: With a sentence, for the first string that cannot be read.
    """
    if isinstance(value, str):
        try:
            return Template.read(value)
        except ExpressionError as error:
            raise ValueError(f"“{value[:60]}”: {error}") from None
    if isinstance(value, dict):
        return {key: compile_body(member) for key, member in value.items()}
    if isinstance(value, list):
        return [compile_body(member) for member in value]
    if isinstance(value, int | float | bool):
        return value
    raise ValueError("a date or time must be written as a text in quotes")


def fill_body(body: Any, scope: Scope) -> Any:
    """Fill in a compiled body; what is nothing is left out, at any depth.

    Raises:
        ExpressionError: An expression does not fit what is there.
    """
    return without_nothing(_filled(body, scope))


def _filled(body: Any, scope: Scope) -> Any:
    if isinstance(body, Template):
        return body.value(scope)
    if isinstance(body, dict):
        return {key: _filled(member, scope) for key, member in body.items()}
    if isinstance(body, list):
        return [_filled(member, scope) for member in body]
    return body


def without_nothing(value: Any) -> Any:
    """Leave out members that are None, at any depth; empty texts, lists and objects stay."""
    if isinstance(value, dict):
        return {key: without_nothing(member) for key, member in value.items() if member is not None}
    if isinstance(value, list):
        return [without_nothing(member) for member in value if member is not None]
    return value


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
