"""A GraphQL service on loopback. Queries are read and checked by graphql-core, so a wrong name or type is refused."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web
from graphql import GraphQLError, GraphQLSchema, build_schema, graphql_sync

from tests.services.doubles.double import Double


class RefusedError(GraphQLError):
    """What a service refuses inside its answer."""

    def __init__(self, message: str, **extensions: str) -> None:
        super().__init__(message, extensions=extensions)


class GraphQL(Double):
    """A double that speaks GraphQL.

    Attributes:
        schema_text: What may be asked, in the schema language.
        next_errors: By the field's name the errors that its next use gives; with `after=True` it does its work first.
    """

    schema_text: str

    def __init__(self) -> None:
        super().__init__()
        self.schema: GraphQLSchema = build_schema(self.schema_text)
        self.next_errors: dict[str, RefusedError] = {}
        self.does_it_first = False
        self.used: list[str] = []

    async def answer(self, request: web.Request) -> web.Response:
        """Answer one query."""
        assert request.content_type == "application/json"
        asked = await request.json()
        assert set(asked) <= {"query", "variables"}
        result = graphql_sync(
            self.schema, asked["query"], root_value=_Fields(self), variable_values=asked.get("variables")
        )
        content: dict[str, Any] = {"data": result.data}
        if result.errors:
            for error in result.errors:
                if error.original_error is not None and not isinstance(error.original_error, GraphQLError):
                    raise error.original_error
                if not error.extensions:
                    # The service file asks for something that is not there.
                    self.errors.append(error.message)
            content["errors"] = [{"message": one.message, "extensions": one.extensions} for one in result.errors]
        return web.json_response(content)

    def field(self, name: str, arguments: Mapping[str, Any]) -> Any:
        """Use one field."""
        self.used.append(name)
        error = self.next_errors.pop(name, None)
        if error is not None and not self.does_it_first:
            raise error
        done = getattr(self, f"on_{name}")(**arguments)
        if error is not None:
            raise error
        return done


class _Fields:
    """The root of all queries: each field is a method `on_<field>` of the double."""

    def __init__(self, double: GraphQL) -> None:
        self._double = double

    def __getattr__(self, name: str) -> Any:
        return lambda _info, **arguments: self._double.field(name, arguments)
