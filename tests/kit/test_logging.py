"""The log's lines, as whoever collects them reads them."""

import json
import re
import subprocess
import sys

_PROGRAM = r"""
import logging
import structlog
from kit.logging import configure_logging
from kit.settings import ServiceSettings

configure_logging("test", ServiceSettings.model_validate({"BINNACLE_LOG_FORMAT": "json"}))
log = structlog.get_logger("x")
log.info("plain", path="/a", ms=1.25)
log.info("secret", token="abc", password="abc")
log.info("odd", surrogate="a\ud800", big=2**70, thing=object, key={1: 2})
log.debug("too quiet")
try:
    raise ValueError("boom")
except ValueError as error:
    log.error("failed", exc_info=error)
logging.getLogger("library").warning("from %s", "elsewhere")
"""


def test_every_record_is_one_line_of_json() -> None:
    """Whatever it holds; secrets are masked, errors bring their traceback, other libraries' records look the same."""
    ended = subprocess.run([sys.executable, "-c", _PROGRAM], capture_output=True, timeout=60, check=True)
    lines = [json.loads(line) for line in ended.stderr.splitlines()]
    assert [line["event"] for line in lines] == ["plain", "secret", "odd", "failed", "from elsewhere"]
    assert {line["service"] for line in lines} == {"test"}
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["timestamp"]) for line in lines)
    assert [line["level"] for line in lines] == ["info", "info", "info", "error", "warning"]
    assert (lines[0]["path"], lines[0]["ms"]) == ("/a", 1.25)
    assert (lines[1]["token"], lines[1]["password"]) == ("***", "***")
    assert (lines[2]["surrogate"], lines[2]["big"]) == ("a\ud800", 2**70)
    assert "ValueError: boom" in lines[3]["exception"]


_REQUESTS = r"""
import sys
import structlog
from kit.logging import configure_logging, request_log
from kit.settings import ServiceSettings

chosen = {"BINNACLE_LOG_FORMAT": sys.argv[1], "BINNACLE_LOG_LEVEL": sys.argv[2]}
configure_logging("test", ServiceSettings.model_validate(chosen))
structlog.contextvars.bind_contextvars(request_id="req_1")
request_log()("req_1", "GET", "/caf\u00e9\ud800", 200, 1.25)
structlog.get_logger("http").info("request", method="GET", path="/caf\u00e9\ud800", status=200, ms=1.25)
"""


def _requests(form: str, level: str) -> list[bytes]:
    command = [sys.executable, "-c", _REQUESTS, form, level]
    return subprocess.run(command, capture_output=True, timeout=60, check=True).stderr.splitlines()


def test_a_requests_line_is_a_line_like_any_other() -> None:
    """Written on a shorter way, it says the same, obeys the level, and is readable on a terminal."""
    short, long = (json.loads(line) for line in _requests("json", "info"))
    assert {**short, "timestamp": ""} == {**long, "timestamp": ""}
    assert short["timestamp"][:10] == long["timestamp"][:10]
    assert _requests("json", "warning") == []
    assert b"req_1" in _requests("console", "info")[0]
