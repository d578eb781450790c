"""All tools there are, and the choice of them that one run may see."""

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from agent_runner.core.ports import Tool, Toolbox
from agent_runner.core.types import ToolSpec


class ToolRegistry:
    """A set of tools by name; a `Toolbox` of the core.

    Raises `ValueError` when two tools have one name: that is a mistake of whoever builds it.
    """

    def __init__(self, tools: Iterable[Tool]) -> None:
        self._tools: dict[str, Tool] = {}
        for tool in tools:
            if tool.spec.name in self._tools:
                raise ValueError(f"two tools are named {tool.spec.name}")
            self._tools[tool.spec.name] = tool
        self._specs = tuple(tool.spec for tool in self._tools.values())

    def specs(self) -> Sequence[ToolSpec]:
        """What the tools are, in the order given."""
        return self._specs

    def find(self, name: str) -> Tool | None:
        """The tool of that name; None for an unknown one."""
        return self._tools.get(name)

    def only(self, patterns: Sequence[str] | None) -> Toolbox:
        """The tools whose name matches one of the names or globs; all for None, none for an empty list."""
        if patterns is None:
            return self
        return ToolRegistry(tool for name, tool in self._tools.items() if _chosen(name, patterns))


def _chosen(name: str, patterns: Sequence[str]) -> bool:
    return any(name == pattern or fnmatchcase(name, pattern) for pattern in patterns)
