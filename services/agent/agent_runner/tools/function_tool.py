"""Make a tool of a function whose arguments are a pydantic model."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

from kit.jsontypes import Json, JsonObject
from kit.problems import Problem
from pydantic import BaseModel, ConfigDict, ValidationError

from agent_runner.core.ports import CallContext, ToolFailedError
from agent_runner.core.types import ToolSpec


class Arguments(BaseModel):
    """Base of every tool's arguments; the field descriptions are what a model reads."""

    model_config = ConfigDict(extra="forbid", frozen=True)


A = TypeVar("A", bound=Arguments)


@dataclass(frozen=True, slots=True)
class FunctionTool(Generic[A]):
    """A `Tool` of the core. A problem that `run` raises is what the model is told."""

    spec: ToolSpec
    arguments: type[A]
    run: Callable[[A], Awaitable[str]]

    async def call(self, arguments: JsonObject, context: CallContext) -> str:  # noqa: ARG002 - the port's signature
        """See `Tool`."""
        try:
            return await self.run(self.arguments.model_validate(arguments))
        except ValidationError as error:
            raise ToolFailedError("invalid_arguments", str(error.errors(include_url=False)[0]["msg"])) from None
        except Problem as problem:
            raise ToolFailedError(problem.code, problem.detail) from problem


def schema_of(arguments: type[Arguments]) -> JsonObject:
    """The JSON schema of a tool's arguments, without the titles that pydantic makes up."""
    schema = arguments.model_json_schema()
    schema.pop("description", None)
    return cast("JsonObject", _untitled(schema))


def _untitled(value: Json) -> Json:
    if isinstance(value, Mapping):
        items = cast("JsonObject", value)
        return {key: _untitled(item) for key, item in items.items() if not (key == "title" and isinstance(item, str))}
    return value
