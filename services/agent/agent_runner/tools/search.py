"""Find tools in a catalogue that is too large to show: a model sees what it has found, and a tool to find more."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import cast

from kit.jsontypes import JsonObject
from pydantic import Field

from agent_runner.core.ports import Tool, Toolbox
from agent_runner.core.types import ToolSpec
from agent_runner.tools.function_tool import Arguments, FunctionTool, schema_of

SEARCH = "search_tools"
_WORD = re.compile(r"[^\W_]+")
_SHOWN = 200
_MOST_SCOPES = 2_000


class SearchTools(Arguments):
    """What to look for."""

    query: str = Field(min_length=1, max_length=500, description="Words for what the tool should do, or its name")
    limit: int = Field(8, ge=1, le=25, description="How many tools at most")


class Loaded:
    """What was found so far, by session (or run): in memory, and forgotten with the least recent sessions."""

    def __init__(self) -> None:
        self._by_scope: dict[str, set[str]] = {}

    def of(self, scope: str) -> set[str]:
        """The names found in a session."""
        names = self._by_scope.pop(scope, set())
        self._by_scope[scope] = names
        while len(self._by_scope) > _MOST_SCOPES:
            del self._by_scope[next(iter(self._by_scope))]
        return names


class SearchableToolbox:
    """The tools of one run; a core `Toolbox`.

    While the definitions of MCP tools cost no more than `budget` tokens it shows all. Past that it shows the built-in
    ones, a search, and what was found. A tool that is not shown can be called all the same.
    """

    def __init__(self, tools: Toolbox, tokens: Callable[[ToolSpec], int], budget: int, loaded: set[str]) -> None:
        self._tools = tools
        self._tokens = tokens
        self._budget = budget
        self._loaded = loaded
        self._seen: tuple[Sequence[ToolSpec], int] = ((), -1)
        self._shown: Sequence[ToolSpec] = ()
        self._search: Tool | None = None

    def specs(self) -> Sequence[ToolSpec]:
        """All that the model is told of now."""
        self._look()
        return self._shown

    def find(self, name: str) -> Tool | None:
        """The tool of that name, shown or not."""
        self._look()
        if name == SEARCH and self._search is not None:
            return self._search
        return self._tools.find(name)

    def _look(self) -> None:
        specs = self._tools.specs()
        seen = (specs, len(self._loaded))
        if seen[0] is self._seen[0] and seen[1] == self._seen[1]:
            return
        self._seen = seen
        foreign = [spec for spec in specs if spec.fingerprint is not None]
        if sum(self._tokens(spec) for spec in foreign) <= self._budget:
            self._search, self._shown = None, specs
            return
        ours = [spec for spec in specs if spec.fingerprint is None]
        found = [spec for spec in foreign if spec.name in self._loaded]
        self._search = _search_tool(foreign, self._loaded)
        self._shown = (*ours, self._search.spec, *found)


def _search_tool(specs: Sequence[ToolSpec], loaded: set[str]) -> Tool:
    servers = Counter(spec.source for spec in specs)
    listed = ", ".join(f"{name} ({count})" for name, count in sorted(servers.items()))
    description = f"Find tools of MCP servers: {len(specs)} there are, by server: {listed}. Found ones can be called."

    async def run(asked: SearchTools) -> str:
        found = best(asked.query, specs, asked.limit)
        loaded.update(spec.name for spec in found)
        if not found:
            return "No tool fits these words. Try others, or the name of a server."
        return "You can call these now:\n" + "\n".join(_line(spec) for spec in found)

    return FunctionTool(ToolSpec(SEARCH, description[:1_000], schema_of(SearchTools), read_only=True), SearchTools, run)


def best(query: str, specs: Sequence[ToolSpec], limit: int) -> list[ToolSpec]:
    """The tools that fit the words, best first: a word in the name counts more than one in the description."""
    words = set(_words(query))
    rare = Counter(word for spec in specs for word in words & set(_words(f"{spec.name} {spec.description}")))
    scored = [(_score(query, words, spec, rare), spec) for spec in specs]
    fitting = [(score, spec) for score, spec in scored if score > 0]
    fitting.sort(key=lambda scored: (-scored[0], scored[1].name))
    return [spec for _, spec in fitting[:limit]]


def _score(query: str, words: set[str], spec: ToolSpec, rare: Counter[str]) -> float:
    if query.strip() == spec.name:
        return 1_000.0
    named, described = set(_words(spec.name)), set(_words(spec.description))
    score = 0.0
    for word in words:
        weight = 1 / (1 + rare[word]) ** 0.5
        if word in named:
            score += 3 * weight
        elif any(word in part or part in word for part in named if len(part) > 3 and len(word) > 3):
            score += 1.5 * weight
        if word in described:
            score += weight
    return score


def _words(text: str) -> list[str]:
    parted = re.sub(r"([a-z])([A-Z])", r"\1 \2", text)
    return [word.lower() for word in _WORD.findall(parted)]


def _line(spec: ToolSpec) -> str:
    properties = cast("JsonObject", spec.input_schema.get("properties") or {})
    about = " ".join(spec.description.split())
    short = about if len(about) <= _SHOWN else f"{about[: _SHOWN - 1]}…"
    return f"- {spec.name}({', '.join(properties)}): {short}"
