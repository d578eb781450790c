"""Logs: one JSON object a line on standard error, whatever is in it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

_BEGIN = """
import logging, pathlib, structlog
from kit.logging import configure_logging
from kit.settings import ServiceSettings
configure_logging("tested", ServiceSettings.load())
log = structlog.get_logger("t")
"""


def logged(folder: Path, script: str) -> dict[str, Any]:
    """The one line that a process writes."""
    env = {**os.environ, "BINNACLE_LOG_FORMAT": "json", "BINNACLE_DATA_DIR": str(folder)}
    ended = subprocess.run([sys.executable, "-c", _BEGIN + script], env=env, capture_output=True, check=True)
    (line,) = ended.stderr.splitlines()
    found: dict[str, Any] = json.loads(line)
    return found


def test_a_line_is_one_object(tmp_path: Path) -> None:
    """With the service, the time, the level and what was said; secrets by name are masked, line ends escaped."""
    said = logged(tmp_path, r'log.info("hello", path="/a\nb", token="a-secret", count=3)')
    assert said.pop("timestamp").endswith("Z")
    rest = {"path": "/a\nb", "token": "***", "count": 3}
    assert said == {"event": "hello", "level": "info", "service": "tested", **rest}


def test_no_value_keeps_a_line_from_being_written(tmp_path: Path) -> None:
    """Lone surrogates, huge numbers, objects: the call does not raise, and the line stays JSON."""
    said = logged(tmp_path, r'log.info("odd", text="\ud800", number=2**70, path=pathlib.Path("/x"))')
    assert (said["text"], said["number"]) == ("\ud800", 2**70)
    assert "/x" in said["path"]


def test_an_exception_is_told_whole(tmp_path: Path) -> None:
    """With its traceback, in the same line."""
    said = logged(tmp_path, 'try:\n  1/0\nexcept ZeroDivisionError as error:\n  log.error("failed", exc_info=error)')
    assert said["exception"].startswith("Traceback")
    assert said["exception"].endswith("ZeroDivisionError: division by zero")


def test_the_standard_library_speaks_the_same_way(tmp_path: Path) -> None:
    """What a package logs is a line like ours."""
    said = logged(tmp_path, 'logging.getLogger("some.package").warning("careful %s", "now")')
    assert (said["event"], said["level"], said["service"]) == ("careful now", "warning", "tested")
