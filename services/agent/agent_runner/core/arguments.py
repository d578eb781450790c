"""Hold the arguments of a tool call against the tool's schema."""

import json
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, cast

import orjson
from kit.jsontypes import Json, JsonObject
from kit.text import MAX_DEPTH, TooDeep, clean

from agent_runner.core.ports import ToolFailedError

_LONGEST = 500
_BROKEN = "the arguments are not valid JSON ({error}); send one JSON object"


def parse_arguments(text: str) -> JsonObject:
    """The arguments of a call, `{}` for none. Raises `ToolFailedError` for what is no JSON object."""
    try:
        value: Json = _decode(text) if text.strip() else None
        if isinstance(value, str):  # some servers encode the object twice
            value = _decode(value)
    except (ValueError, RecursionError, TooDeep) as error:
        raise ToolFailedError("invalid_arguments", _BROKEN.format(error=error)) from None
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise ToolFailedError("invalid_arguments", "the arguments must be one JSON object")
    return cast("JsonObject", value)


def _decode(text: str) -> Json:
    try:
        value: Json = orjson.loads(text)
        return clean(value) if text.count("{") + text.count("[") > MAX_DEPTH else value
    except orjson.JSONDecodeError:
        # What only the standard library takes is lone surrogates and NaN, which nothing behind this could store. Its
        # messages say where an error is in words that a model can follow.
        return clean(json.loads(text))


class Checker:
    """Checks arguments against JSON schemas (2020-12); each schema is made ready once."""

    def __init__(self) -> None:
        self._compile = lru_cache(maxsize=1_024)(_compile)

    def check(self, arguments: JsonObject, schema: JsonObject) -> None:
        """Raises `ToolFailedError` that names the place and says what is wrong there."""
        if (wrong := self._compile(_Identity(schema))(arguments)) is not None:
            raise ToolFailedError("invalid_arguments", wrong)


class _Identity:
    """A schema as a key: the same object is the same schema, and it lives as long as the key does."""

    def __init__(self, schema: JsonObject) -> None:
        self.schema = schema

    def __hash__(self) -> int:
        return id(self.schema)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Identity) and other.schema is self.schema


def _compile(key: _Identity) -> Callable[[JsonObject], str | None]:
    # Loaded with the first call of a tool: 100 ms that the start need not pay.
    from jsonschema import Draft202012Validator  # noqa: PLC0415
    from jsonschema.exceptions import (  # noqa: PLC0415
        SchemaError,
        best_match,  # pyright: ignore[reportUnknownVariableType] - its stub leaves the result open
    )
    from referencing import Registry  # noqa: PLC0415
    from referencing.exceptions import Unresolvable  # noqa: PLC0415

    unusable = (SchemaError, Unresolvable, RecursionError, re.error)
    try:
        Draft202012Validator.check_schema(key.schema)
    except unusable as error:
        raise _unusable(error) from None
    # Given a registry, the validator never fetches a $ref from the network.
    validator: Any = Draft202012Validator(key.schema, registry=Registry())

    def wrong(arguments: JsonObject) -> str | None:
        try:
            found = cast("Any", best_match(validator.iter_errors(arguments)))
        except unusable as error:
            raise _unusable(error) from None
        if found is None:
            return None
        where = "/".join(str(part) for part in found.absolute_path)
        message = str(found.message)
        said = message if len(message) <= _LONGEST else f"{message[:_LONGEST]}…"  # it may quote all of a large value
        return f"{where[:_LONGEST]}: {said}" if where else said

    return wrong


def _unusable(error: Exception) -> ToolFailedError:
    reason = str(error).partition("\n")[0]
    return ToolFailedError("invalid_schema", f"the tool's own schema cannot be used: {reason}")
