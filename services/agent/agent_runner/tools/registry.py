"""All tools there are, and the choice of them that one run may see."""

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Protocol

import orjson

from agent_runner.core.ports import Tool, Toolbox
from agent_runner.core.types import ToolSpec
from agent_runner.tools.mcp_names import full_name

_CHARS_PER_TOKEN = 4


class Changing(Protocol):
    """Tools that come and go."""

    def tools(self) -> Mapping[str, Tool]:
        """Those there are now, by name: the same object until they change."""
        ...


class NoTools:
    """A `Changing` that stays empty."""

    _none: Mapping[str, Tool] = {}

    def tools(self) -> Mapping[str, Tool]:
        """None."""
        return self._none


class ToolRegistry:
    """The built-in tools, and those of MCP servers as they come and go; a `Toolbox` of the core.

    Raises `ValueError` when two built-in tools have one name: that is a mistake of whoever builds it.
    """

    def __init__(self, tools: Iterable[Tool], changing: Changing | None = None) -> None:
        self._fixed: dict[str, Tool] = {}
        for tool in tools:
            if tool.spec.name in self._fixed:
                raise ValueError(f"two tools are named {tool.spec.name}")
            self._fixed[tool.spec.name] = tool
        self._changing = changing or NoTools()
        self._seen: Mapping[str, Tool] = {}
        self._all: Mapping[str, Tool] = self._fixed
        self._specs: Sequence[ToolSpec] = tuple(tool.spec for tool in self._fixed.values())
        self._tokens: dict[str, tuple[ToolSpec, int]] = {}

    def specs(self) -> Sequence[ToolSpec]:
        """What the tools are: the built-in ones first."""
        self._look()
        return self._specs

    def find(self, name: str) -> Tool | None:
        """The tool of that name; None for an unknown one."""
        self._look()
        return self._all.get(name)

    def only(self, patterns: Sequence[str] | None) -> Toolbox:
        """The tools whose name matches one of the names or globs; all for None, none for an empty list."""
        return self if patterns is None else _Chosen(self, patterns)

    def tokens(self, spec: ToolSpec) -> int:
        """What a definition costs in a prompt, about."""
        known = self._tokens.get(spec.name)
        if known is None or known[0] is not spec:
            size = len(spec.name) + len(spec.description) + len(orjson.dumps(spec.input_schema))
            known = self._tokens[spec.name] = (spec, size // _CHARS_PER_TOKEN + 1)
        return known[1]

    def name_of(self, server: str, tool: str) -> str:
        """The name of an MCP server's tool here."""
        return full_name(server, tool)

    def _look(self) -> None:
        now = self._changing.tools()
        if now is not self._seen:
            self._seen = now
            self._all = {**now, **self._fixed}
            self._specs = tuple(tool.spec for tool in (*self._fixed.values(), *now.values()))
            self._tokens = {name: known for name, known in self._tokens.items() if name in self._all}


class _Chosen:
    """The tools of a registry whose names match; a `Toolbox`."""

    def __init__(self, registry: ToolRegistry, patterns: Sequence[str]) -> None:
        self._registry = registry
        self._patterns = patterns
        self._seen: Sequence[ToolSpec] = ()
        self._specs: Sequence[ToolSpec] = ()

    def specs(self) -> Sequence[ToolSpec]:
        """All that the model is told of now."""
        specs = self._registry.specs()
        if specs is not self._seen:
            self._seen = specs
            self._specs = tuple(spec for spec in specs if _chosen(spec.name, self._patterns))
        return self._specs

    def find(self, name: str) -> Tool | None:
        """The tool of that name; None for an unknown one."""
        return self._registry.find(name) if _chosen(name, self._patterns) else None


def _chosen(name: str, patterns: Sequence[str]) -> bool:
    return any(name == pattern or fnmatchcase(name, pattern) for pattern in patterns)
