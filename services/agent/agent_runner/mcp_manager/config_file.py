"""The file in which servers may be defined beside those added at run time, in the form that other clients use."""

from collections.abc import Sequence
from pathlib import Path

import orjson
import structlog

from agent_runner.mcp_manager.errors import InvalidServer
from agent_runner.mcp_manager.importer import read_config
from agent_runner.mcp_manager.types import ServerSpec

_log = structlog.get_logger("mcp")


class UnusableFileError(Exception):
    """The file is no configuration at all; the message says why."""


def read_file(path: Path) -> Sequence[ServerSpec]:
    """The servers of the file, none when there is no file. Raises `UnusableFileError`.

    An entry that cannot be used is left out and logged: it costs no other.
    """
    try:
        imported = read_config(orjson.loads(path.read_bytes()))
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise UnusableFileError(f"{path} cannot be read ({error.strerror})") from error
    except orjson.JSONDecodeError as error:
        raise UnusableFileError(f"{path} is no JSON: {error}") from error
    except InvalidServer as error:
        raise UnusableFileError(f"{path}: {error.detail}") from error
    for problem in imported.problems:
        _log.error("mcp_server_left_out", server=problem.name, reason=problem.detail)
    for warning in imported.warnings:
        _log.warning("mcp_server_changed", server=warning.name, reason=warning.detail)
    return imported.specs
