"""Read configurations of other clients: Claude Desktop and Cursor (`mcpServers`), VS Code, LibreChat."""

from collections.abc import Sequence
from dataclasses import dataclass

from kit.jsontypes import Json

from agent_runner.mcp_manager.types import ServerSpec


@dataclass(frozen=True, slots=True)
class ImportProblem:
    """An entry that cannot be taken over, and why."""

    name: str
    detail: str


@dataclass(frozen=True, slots=True)
class Imported:
    """`warnings` are about entries that were taken over, but not with all they say."""

    specs: Sequence[ServerSpec]
    problems: Sequence[ImportProblem]
    warnings: Sequence[ImportProblem]


def read_config(document: Json) -> Imported:
    """The servers of a configuration; secrets in it come as `NewSecret`. Raises `InvalidServer` when it is none."""
    raise NotImplementedError
