"""Match a clause against tools that no phrase knows, by the words and the schema of each."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import orjson
from kit.jsontypes import Json, JsonObject

from agent_runner.core.types import ToolSpec
from agent_runner.models.operator.wishes import Talk, Wanted, Wish
from agent_runner.models.operator.words import QUOTED, unquoted

_CALL = re.compile(
    r"(?:call|use|run|invoke|execute) (?:the )?(?:tool )?[`\"']?(?P<name>[\w.-]+)[`\"']?(?: tool)?"
    r"(?:\s+(?:with|on|for|using))?(?: (?:the )?arguments)?:?\s*(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_PAIR = re.compile(rf"(?P<key>\w+)\s*[=:]\s*(?P<value>{QUOTED}|[^\s,]+)")
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w.])")
_URL = re.compile(r"https?://[^\s,]+")
_PATH = re.compile(r"(?<!\S)(?:[\w.-]+/)+[\w.-]*|(?<!\S)[\w-]+\.\w{1,10}(?!\S)")
_REST = re.compile(r"(?:^|\s)(?:for|about|of|to|in|on|with|from|that|named|called|at)\s+(?P<rest>.+)$", re.DOTALL)
_SMALL_WORDS = re.compile(
    "a|all|an|and|any|are|at|by|for|from|get|give|i|in|into|is|it|its|me|my|new|of|on|or|please|show|tell|that|the|this|"
    "to|us|use|what|which|who|with|you|your"
)
_ENOUGH = 5.0
SEARCH = "search_tools"
"""Shows tools that are not shown yet."""
_LONG = 2_000


def read_call(clause: str, tools: Sequence[ToolSpec]) -> Wish | Talk | None:
    """`call NAME with {…}` or `call NAME with key=value`; None for a clause that is no such thing."""
    found = _CALL.fullmatch(clause)
    if found is None:
        return None
    name, rest = found["name"], found["rest"].strip()
    spec = next((spec for spec in tools if spec.name == name), None)
    if spec is None and name.startswith("mcp__") and any(spec.name == SEARCH for spec in tools):
        return Wish(clause, [Wanted(SEARCH, {"query": name, "limit": 1})])
    if spec is None:
        return _unknown(name, tools) if rest.startswith("{") or "_" in name else None
    if rest.startswith(("{", "[")):
        return _with_json(clause, spec, rest)
    arguments = fill(spec, rest)
    return _complete(clause, spec, arguments)


def match_tool(clause: str, tools: Sequence[ToolSpec]) -> Wish | Talk | None:
    """The tool whose name and description share enough words with the clause, with what the clause says filled in."""
    if len(clause) > _LONG:
        return None
    scored = [(score(clause, spec), spec) for spec in tools]
    best = max(scored, key=lambda pair: pair[0], default=None)
    if best is None or best[0] < _ENOUGH:
        return None
    return _complete(clause, best[1], fill(best[1], clause))


def score(clause: str, spec: ToolSpec) -> float:
    """How well a clause and a tool go together: words of its name count most, then those of its description."""
    said = _stems(clause)
    name = _stems(spec.name.rpartition("__")[2].replace("_", " ").replace("-", " "))
    described = _stems(spec.description.partition("\n")[0])
    named = len(said & name)
    if not named:
        return 0.0
    whole = 2.0 if name <= said else 0.0
    return 3.0 * named / max(len(name), 1) + 1.0 * named + whole + 0.5 * len((said & described) - name)


def fill(spec: ToolSpec, clause: str) -> dict[str, Json]:
    """Arguments for a tool out of a clause: pairs by name, then addresses, paths, numbers, quotes, and what is left."""
    properties = _properties(spec)
    filled: dict[str, Json] = {}
    for pair in _PAIR.finditer(clause):
        if pair["key"] in properties:
            filled[pair["key"]] = _typed(unquoted(pair["value"]), properties[pair["key"]])
    left = _Left(_PAIR.sub(" ", clause) if filled else clause)
    for key in _in_order(spec, properties):
        if key not in filled and (value := left.take(key, properties[key])) is not None:
            filled[key] = value
    open_ = [key for key in _required(spec) if key not in filled and _type(properties.get(key, {})) == "string"]
    if len(open_) == 1 and (rest := left.rest(spec)):
        filled[open_[0]] = rest
    return filled


@dataclass(slots=True)
class _Left:
    """What of a clause has not been used for an argument yet."""

    text: str

    def take(self, key: str, schema: JsonObject) -> Json:
        """A value that fits the schema, and the name of the property; None when there is none."""
        kind = _type(schema)
        if kind in {"integer", "number"}:
            found = self._cut(_NUMBER.pattern)
            return None if found is None else _typed(found, schema)
        if kind != "string":
            return None
        if choices := _choices(schema):
            said = self.text.lower()
            return next((choice for choice in choices if choice.lower() in said), None)
        return self._text(key)

    def _text(self, key: str) -> str | None:
        if re.search(r"ur[il]|link|address|website", key, re.IGNORECASE):
            return self._cut(_URL.pattern)
        if found := self._cut(QUOTED):
            return unquoted(found)
        if re.search(r"path|file|folder|dir|source|target|destination", key, re.IGNORECASE):
            return self._cut(_PATH.pattern)
        return None

    def rest(self, spec: ToolSpec) -> str | None:
        """The words after the first small word that is followed by something the tool's name does not say."""
        found = _REST.search(self.text)
        words = found["rest"].strip() if found else ""
        return words if words and not _stems(words) <= _stems(spec.name.replace("_", " ")) else None

    def _cut(self, pattern: str) -> str | None:
        found = re.search(pattern, self.text)
        if found is None:
            return None
        self.text = f"{self.text[: found.start()]} {self.text[found.end() :]}"
        return found[0]


def _with_json(clause: str, spec: ToolSpec, text: str) -> Wish | Talk:
    try:
        value: object = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        return Talk(f"The arguments for `{spec.name}` are not valid JSON: {error}.")
    if not isinstance(value, dict):
        return Talk(f'The arguments for `{spec.name}` must be one JSON object, such as `{{"name": "value"}}`.')
    return Wish(clause, [Wanted(spec.name, cast("dict[str, Json]", value))])


def _complete(clause: str, spec: ToolSpec, arguments: Mapping[str, Json]) -> Wish | Talk:
    missing = [key for key in _required(spec) if key not in arguments]
    if not missing:
        return Wish(clause, [Wanted(spec.name, arguments)])
    example = orjson.dumps({**arguments, **dict.fromkeys(missing, "…")}).decode()
    needed = ", ".join(f"`{key}`" for key in missing)
    return Talk(f"For the tool `{spec.name}` I need its {needed}. Say: call {spec.name} with {example}")


def _unknown(name: str, tools: Sequence[ToolSpec]) -> Talk:
    return Talk(f"There is no tool `{name}`. There are: {', '.join(f'`{spec.name}`' for spec in tools) or 'none'}.")


def _properties(spec: ToolSpec) -> dict[str, JsonObject]:
    properties = spec.input_schema.get("properties")
    if not isinstance(properties, Mapping):
        return {}
    return {key: cast("JsonObject", schema) for key, schema in properties.items() if isinstance(schema, Mapping)}


def _required(spec: ToolSpec) -> list[str]:
    required = spec.input_schema.get("required")
    return [str(key) for key in required] if isinstance(required, Sequence) and not isinstance(required, str) else []


def _in_order(spec: ToolSpec, properties: Mapping[str, JsonObject]) -> list[str]:
    required = [key for key in _required(spec) if key in properties]
    return [*required, *(key for key in properties if key not in required)]


def _type(schema: JsonObject) -> str:
    kind = schema.get("type")
    return kind if isinstance(kind, str) else ""


def _choices(schema: JsonObject) -> list[str]:
    choices = schema.get("enum")
    if not isinstance(choices, Sequence) or isinstance(choices, str):
        return []
    return [choice for choice in choices if isinstance(choice, str)]


def _typed(text: str, schema: JsonObject) -> Json:
    kind = _type(schema)
    try:
        if kind == "integer":
            return int(text)
        if kind == "number":
            return float(text)
    except ValueError:
        return text
    if kind == "boolean":
        return text.lower() in {"true", "yes", "1", "on"}
    return text


def _stems(text: str) -> set[str]:
    words = (word for word in re.findall(r"[a-z]+", text.lower()) if not _SMALL_WORDS.fullmatch(word))
    return {re.sub(r"(?:ing|ed|es|s|e)$", "", word) if len(word) > 3 else word for word in words}
