"""Reads what the page says it reads: the interfaces of `wire.d.ts`."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_WIRE = Path(__file__).parents[2] / "services/dashboard/web/js/wire.d.ts"
_INTERFACE = re.compile(r"export interface (\w+)(?:<\w+>)?(?: extends (\w+))? \{\n(.*?)\n\}", re.DOTALL)
_FIELD = re.compile(r"^  (\w+)(\?)?: (.+);$", re.MULTILINE)


@dataclass(frozen=True)
class Field:
    """One field that the page reads; `optional` ones it can do without, `nullable` ones may be null."""

    name: str
    optional: bool
    nullable: bool


def interface(name: str) -> list[Field]:
    """The fields of an interface, with those of what it extends."""
    found = {match[1]: (match[2], match[3]) for match in _INTERFACE.finditer(_WIRE.read_text(encoding="utf-8"))}
    base, body = found[name]
    own = [Field(m[1], bool(m[2]), _is_nullable(m[3])) for m in _FIELD.finditer(body)]
    return (interface(base) if base else []) + own


def _is_nullable(type_: str) -> bool:
    return bool({"null", "Json", "any"} & {part.strip() for part in type_.split("|")})


def answer_schema(document: dict[str, Any], method: str, path: str) -> dict[str, Any]:
    """The schema of an operation's successful answer."""
    responses = document["paths"][path][method]["responses"]
    answer = next(responses[status] for status in ("200", "201", "202") if status in responses)
    return resolved(document, answer["content"]["application/json"]["schema"])


def resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """The schema behind a reference; of a nullable one the part that is not null."""
    for choice in schema.get("anyOf", []):
        if choice.get("type") != "null":
            return resolved(document, choice)
    if "$ref" in schema:
        return resolved(document, document["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    return schema


def below(document: dict[str, Any], schema: dict[str, Any], *steps: str) -> dict[str, Any]:
    """Follow properties; `[]` goes into the items of a list."""
    for step in steps:
        inner = schema["items"] if step == "[]" else schema["properties"][step]
        schema = resolved(document, inner)
    return schema


def may_be_null(schema: dict[str, Any]) -> bool:
    """Whether a property may be null."""
    return schema.get("type") == "null" or any(choice.get("type") == "null" for choice in schema.get("anyOf", []))
