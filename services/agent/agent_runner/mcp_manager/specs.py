"""What a definition must be like to work at all: pure checks, each with a sentence that names the field."""

import re
from collections.abc import Mapping
from typing import get_args
from urllib.parse import urlsplit

from agent_runner.mcp_manager.errors import InvalidServer
from agent_runner.mcp_manager.types import TRANSPORTS, Decision, NewSecret, ServerSpec, Value

_NAME = re.compile(r"(?!.*__)[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_VARIABLE = re.compile(r"[^=\x00]{1,256}")
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,256}")
_OURS = re.compile(r"BINNACLE_.*")
MAX_ARGS = 256
MAX_VALUES = 128
MAX_CHARS = 32_768


def check(spec: ServerSpec) -> None:
    """Raises `InvalidServer` with the first thing that is wrong."""
    if not _NAME.fullmatch(spec.name):
        raise InvalidServer(
            f"name: {spec.name!r} must be 1 to 64 letters, digits, '_', '-' or '.', begin with a letter or digit, and "
            "have no '__' in it"
        )
    if spec.transport not in TRANSPORTS:
        raise InvalidServer(f"transport: {spec.transport!r} is none of {', '.join(TRANSPORTS)}")
    if spec.transport == "stdio":
        _check_stdio(spec)
    else:
        _check_remote(spec)
    for pattern, decision in spec.permissions.items():
        if not pattern or decision not in get_args(Decision):
            raise InvalidServer(f"permissions.{pattern}: {decision!r} is none of {', '.join(get_args(Decision))}")


def _check_stdio(spec: ServerSpec) -> None:
    if not spec.command or not spec.command.strip():
        raise InvalidServer("command: a stdio server needs the command that starts it, such as npx")
    if spec.url or spec.headers:
        raise InvalidServer("url and headers belong to the transports http and sse; this one is stdio")
    if len(spec.args) > MAX_ARGS:
        raise InvalidServer(f"args: at most {MAX_ARGS}")
    for text in (spec.command, *spec.args, spec.cwd or ""):
        if "\0" in text or len(text) > MAX_CHARS:
            raise InvalidServer(f"command, args and cwd: no NUL, and at most {MAX_CHARS} characters each")
    _check_values("env", spec.env, _VARIABLE)
    for name in spec.env:
        if _OURS.fullmatch(name):
            raise InvalidServer(f"env.{name}: variables of this name are the agent's own")


def _check_remote(spec: ServerSpec) -> None:
    if spec.command or spec.args or spec.env or spec.cwd:
        raise InvalidServer(f"command, args, env and cwd belong to the transport stdio; this one is {spec.transport}")
    url = spec.url or ""
    if not url.strip():
        raise InvalidServer(f"url: a server over {spec.transport} needs one, such as https://example.com/mcp")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise InvalidServer(f"url: {error}") from error
    if (parts.scheme not in {"http", "https"} or not host) and not url.startswith("${"):
        raise InvalidServer("url: must begin with http:// or https:// and name a host")
    if any(char.isspace() or ord(char) < 32 for char in url) or len(url) > MAX_CHARS:
        raise InvalidServer(f"url: no white space, and at most {MAX_CHARS} characters")
    if parts.username or parts.password:
        raise InvalidServer("url: put credentials into a header, where they can be kept secret")
    _check_values("headers", spec.headers, _HEADER)


def _check_values(what: str, values: Mapping[str, Value], allowed: re.Pattern[str]) -> None:
    if len(values) > MAX_VALUES:
        raise InvalidServer(f"{what}: at most {MAX_VALUES}")
    for name, value in values.items():
        if not allowed.fullmatch(name):
            raise InvalidServer(f"{what}: {name!r} is no name that can be used")
        text = value.value if isinstance(value, NewSecret) else value
        if isinstance(text, str) and (len(text) > MAX_CHARS or any(char in text for char in "\0\r\n"[: _ends(what)])):
            raise InvalidServer(f"{what}.{name}: no NUL or line break, and at most {MAX_CHARS} characters")


def _ends(what: str) -> int:
    return 3 if what == "headers" else 1  # a variable may have several lines
