"""The file in which servers may be defined beside those added at run time, in the form that other clients use."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import orjson
import structlog
from kit.problems import Problem

from agent_runner.mcp_manager.importer import ImportProblem, read_config
from agent_runner.mcp_manager.types import ServerSpec

NAME = "mcp.json"
_MOST_BYTES = 10 << 20
_log = structlog.get_logger("mcp")


@dataclass(frozen=True, slots=True)
class McpFile:
    """What a configuration file defines. `problems` name what of it cannot be used; nothing keeps the agent down."""

    path: Path
    specs: Sequence[ServerSpec] = ()
    problems: Sequence[ImportProblem] = field(default_factory=tuple[ImportProblem, ...])


def read_mcp_file(folder: Path, configured: Path | None) -> McpFile:
    """The file at `configured`, or `mcp.json` in the agent's own folder, which may be missing.

    Each problem is logged: a file that was edited by hand must not keep an agent from starting.
    """
    path = configured or folder / NAME
    found = _read(path, required=configured is not None)
    for problem in found.problems:
        _log.error("mcp_file_problem", path=str(path), server=problem.name, reason=problem.detail)
    return found


def _read(path: Path, *, required: bool) -> McpFile:
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return _broken(path, "there is no such file") if required else McpFile(path)
    except OSError as error:
        return _broken(path, error.strerror or str(error))
    if len(text) > _MOST_BYTES:
        return _broken(path, f"larger than {_MOST_BYTES} bytes")
    try:
        imported = read_config(orjson.loads(text))
    except orjson.JSONDecodeError as error:
        return _broken(path, f"not valid JSON: {error}")
    except Problem as problem:
        return _broken(path, problem.detail)
    for warning in imported.warnings:
        _log.warning("mcp_server_changed", server=warning.name, reason=warning.detail)
    return McpFile(path, imported.specs, imported.problems)


def _broken(path: Path, why: str) -> McpFile:
    return McpFile(path, problems=[ImportProblem(path.name, why)])
