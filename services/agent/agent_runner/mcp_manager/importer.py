"""Read configurations of other clients: Claude Desktop and Cursor (`mcpServers`), VS Code (`servers`), LibreChat.

Pure: nothing is started, stored or looked up. One bad entry costs no other.
"""

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import cast

from kit.jsontypes import Json, JsonObject

from agent_runner.mcp_manager import specs
from agent_runner.mcp_manager.errors import InvalidServer
from agent_runner.mcp_manager.secrets import looks_secret
from agent_runner.mcp_manager.types import NewSecret, ServerSpec, Transport, Value

MAX_ENTRIES = 500
_TYPES: Mapping[str, Transport] = {
    "stdio": "stdio",
    "local": "stdio",
    "http": "http",
    "streamable-http": "http",
    "streamable_http": "http",
    "streamablehttp": "http",
    "remote": "http",
    "sse": "sse",
}
_URLS = ("url", "httpUrl", "serverUrl")
_NOT_TAKEN = {
    "alwaysAllow": "what may run unasked is for you to say under permissions",
    "autoApprove": "what may run unasked is for you to say under permissions",
    "envFile": "its variables are not read; set them in env",
    "oauth": "sign in on the page instead",
}
_ENV = re.compile(r"\$\{env:([A-Za-z_][A-Za-z0-9_]*)\}")
_INPUT = re.compile(r"\$\{input:([^}]+)\}|\{\{[A-Z_]+\}\}|<[^<>]*(?:key|token|secret)[^<>]*>", re.IGNORECASE)
_FOLDER = re.compile(r"\$\{(workspaceFolder\w*|file\w*|relativeFile|cwd)\}")


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
    """The servers of a configuration; secrets in it come as `NewSecret`. Raises `InvalidServer` when it is none.

    An entry that waits for a value, such as VS Code's inputs, comes without it and disabled.
    """
    found: dict[str, ServerSpec] = {}
    problems: list[ImportProblem] = []
    warnings: list[ImportProblem] = []
    for name, entry in _entries(document).items():
        reader = _Entry(name)
        try:
            spec = reader.read(entry)
            if spec.name in found:
                raise InvalidServer(f"its name {spec.name!r} is taken by an entry before it")
        except InvalidServer as error:
            problems.append(ImportProblem(name, error.detail))
        else:
            found[spec.name] = spec
            warnings += [ImportProblem(name, detail) for detail in reader.warnings]
    return Imported(tuple(found.values()), tuple(problems), tuple(warnings))


def _entries(document: Json) -> JsonObject:
    if not isinstance(document, Mapping):
        raise InvalidServer('the configuration must be an object such as {"mcpServers": {…}}')
    nested = document.get("mcp")
    holders: Sequence[JsonObject] = [document, nested] if isinstance(nested, Mapping) else [document]
    for holder in holders:
        for key in ("mcpServers", "servers", "mcp_servers"):
            servers = holder.get(key)
            if isinstance(servers, Mapping):
                return _few(servers)
    if document and all(isinstance(one, Mapping) and {"command", *_URLS} & one.keys() for one in document.values()):
        return _few(document)
    raise InvalidServer('there is no "mcpServers" or "servers" with an object of servers in it')


def _few(servers: JsonObject) -> JsonObject:
    if len(servers) > MAX_ENTRIES:
        raise InvalidServer(f"at most {MAX_ENTRIES} servers at once")
    return servers


class _Entry:
    """Reads one entry, and collects what it could not take over."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._complete = True
        self.warnings: list[str] = []

    def read(self, entry: Json) -> ServerSpec:
        if not isinstance(entry, Mapping):
            raise InvalidServer("must be an object with a command or a url")
        transport = _transport(entry)
        command, args = _command(entry) if transport == "stdio" else (None, ())
        self.warnings += [f"{field}: {why}" for field, why in _NOT_TAKEN.items() if entry.get(field)]
        spec = ServerSpec(
            name=self._usable_name(),
            transport=transport,
            command=self._text("command", command) if command is not None else None,
            args=tuple(self._text("args", arg) for arg in args),
            env=dict(self._values("env", entry)) if transport == "stdio" else {},
            cwd=self._text("cwd", _string(entry, "cwd")) if transport == "stdio" and entry.get("cwd") else None,
            url=self._text("url", _url(entry)) if transport != "stdio" else None,
            headers=dict(self._values("headers", entry)) if transport != "stdio" else {},
            enabled=entry.get("disabled") is not True and entry.get("enabled") is not False and self._complete,
        )
        specs.check(spec)
        return spec

    def _usable_name(self) -> str:
        usable = re.sub(r"_{2,}", "_", re.sub(r"[^A-Za-z0-9_.-]+", "-", self._name)).strip("-_.")[:64]
        if usable != self._name:
            self.warnings.append(f"name: it is called {usable!r} here")
        return usable

    def _values(self, field: str, entry: JsonObject) -> Iterator[tuple[str, Value]]:
        given = entry.get(field) or {}
        if not isinstance(given, Mapping):
            raise InvalidServer(f"{field}: must be an object of names and values")
        for name, value in given.items():
            if isinstance(value, str | int | float) and not isinstance(value, bool):
                text = self._text(f"{field}.{name}", str(value))
            elif isinstance(value, bool):
                text = "true" if value else "false"
            else:
                raise InvalidServer(f"{field}.{name}: must be text")
            if _INPUT.search(text):
                self._missing(f"{field}.{name}")
            else:
                yield name, NewSecret(text) if looks_secret(name, text) else text

    def _text(self, field: str, text: str) -> str:
        text = _ENV.sub(r"${\1}", text).replace("${userHome}", "${HOME}")
        if (folder := _FOLDER.search(text)) is not None:
            self.warnings.append(f"{field}: there is no {folder[0]} here; put a path in its place")
        if _INPUT.search(text) and not field.startswith(("env.", "headers.")):
            self._missing(field)
        return text

    def _missing(self, field: str) -> None:
        self._complete = False
        self.warnings.append(f"{field}: waits for a value; set it, then enable the server")


def _transport(entry: JsonObject) -> Transport:
    kind = entry.get("type", entry.get("transport"))
    if kind is None:
        if entry.get("command"):
            return "stdio"
        return "sse" if re.search(r"/sse/?($|[?#])", _url(entry)) else "http"
    found = _TYPES.get(str(kind).lower())
    if found is None:
        raise InvalidServer(f"type: {kind!r} is none of stdio, http, streamable-http, sse")
    return found


def _url(entry: JsonObject) -> str:
    field = next((field for field in _URLS if entry.get(field)), None)
    if field is None:
        raise InvalidServer("must have a command or a url")
    return _string(entry, field)


def _command(entry: JsonObject) -> tuple[str, Sequence[str]]:
    """Command and arguments, also from one line or one list; without the shell that Windows needs around npx."""
    command, args = entry.get("command"), entry.get("args") or []
    if not isinstance(args, list | tuple) or not all(isinstance(arg, str | int | float) for arg in args):
        raise InvalidServer("args: must be a list of texts")
    words = [str(arg) for arg in cast("Sequence[str]", args)]
    if isinstance(command, list | tuple):
        words = [*(str(word) for word in cast("Sequence[str]", command)), *words]
    elif isinstance(command, str):
        words = [*(_split(command) if not words else [command]), *words]
    else:
        raise InvalidServer("command: must be text")
    if len(words) > 2 and PurePosixPath(words[0].lower()).name in {"cmd", "cmd.exe"} and words[1].lower() == "/c":
        words = words[2:]
    if not words:
        raise InvalidServer("command: a stdio server needs the command that starts it, such as npx")
    return words[0], words[1:]


def _split(line: str) -> Sequence[str]:
    try:
        return shlex.split(line)
    except ValueError as error:
        raise InvalidServer(f"command: {error}") from error


def _string(entry: JsonObject, field: str) -> str:
    value = entry.get(field)
    if not isinstance(value, str):
        raise InvalidServer(f"{field}: must be text")
    return value
