"""Definitions of MCP servers as clients send them. Their secrets come in, and never go out."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from agent_runner.mcp_manager.errors import InvalidServer
from agent_runner.mcp_manager.types import Decision, NewSecret, SecretRef, ServerSpec, Transport, Value


class Mask(BaseModel):
    """Stands for a secret that is kept; sent back it changes nothing."""

    model_config = ConfigDict(extra="forbid")

    set: Literal[True] = True


class Marked(BaseModel):
    """A value with a word on whether it is a secret."""

    model_config = ConfigDict(extra="forbid")

    value: str
    secret: bool = Field(True, description="False: it is kept with the definition and shown in answers")


GivenValue: TypeAlias = str | Mask | Marked
_VALUES = (
    "Text is a secret and goes to the secret store, unless it refers to the environment as `${VARIABLE}`; "
    '`{"value": …, "secret": false}` is shown; `{"set": true}` keeps the secret that is there'
)
_PATTERNS = "Names or globs of the server's own tool names → allow, ask, deny"
Name = Annotated[str, Field(min_length=1, max_length=64, examples=["files"])]
Given = Annotated[dict[str, GivenValue], Field(max_length=128, description=_VALUES)]
Permissions = Annotated[dict[str, Decision], Field(max_length=500, description=_PATTERNS)]
Args = Annotated[list[str], Field(max_length=256)]


class NewServer(BaseModel):
    """A server: `stdio` needs a `command`, `http` (streamable) and `sse` a `url`."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    transport: Transport
    command: str | None = Field(None, description="The program that a stdio server is started with", examples=["npx"])
    args: Args = Field(default_factory=list[str])
    env: Given = Field(default_factory=dict[str, GivenValue])
    cwd: str | None = Field(None, description="The folder that it is started in")
    url: str | None = Field(None, examples=["https://example.com/mcp"])
    headers: Given = Field(default_factory=dict[str, GivenValue])
    enabled: bool = True
    permissions: Permissions = Field(default_factory=dict[str, Decision])
    allow_sampling: bool = Field(False, description="Let the server ask for a model's answer")

    def to_spec(self, kept: ServerSpec | None = None) -> ServerSpec:
        """The definition; masks stand for secrets of `kept`. Raises `InvalidServer` where there is none."""
        return ServerSpec(
            name=self.name,
            transport=self.transport,
            command=self.command,
            args=tuple(self.args),
            env=_values("env", self.env, kept.env if kept else {}),
            cwd=self.cwd,
            url=self.url,
            headers=_values("headers", self.headers, kept.headers if kept else {}),
            enabled=self.enabled,
            permissions=self.permissions,
            allow_sampling=self.allow_sampling,
        )


class ChangedServer(BaseModel):
    """What is to change. `env` and `headers` are given whole; a name stays as it is."""

    model_config = ConfigDict(extra="forbid")

    transport: Transport | None = None
    command: str | None = None
    args: Args | None = None
    env: Given | None = None
    cwd: str | None = None
    url: str | None = None
    headers: Given | None = None
    enabled: bool | None = None
    permissions: Permissions | None = None
    allow_sampling: bool | None = None

    @property
    def only_switches(self) -> bool:
        """It is about `enabled` and nothing else."""
        return self.model_fields_set == {"enabled"} and self.enabled is not None

    def applied_to(self, spec: ServerSpec) -> ServerSpec:
        """The definition after the change. Raises `InvalidServer`."""
        plain = {"transport", "command", "cwd", "url", "enabled", "permissions", "allow_sampling"}
        may_be_null = {"command", "cwd", "url"}
        changes = {
            field: value
            for field in plain & self.model_fields_set
            if (value := getattr(self, field)) is not None or field in may_be_null
        }
        changed = replace(spec, **changes)
        if self.args is not None:
            changed = replace(changed, args=tuple(self.args))
        if self.env is not None:
            changed = replace(changed, env=_values("env", self.env, spec.env))
        if self.headers is not None:
            changed = replace(changed, headers=_values("headers", self.headers, spec.headers))
        return changed


def hidden(value: str) -> Value:
    """A value as it is kept: a secret, unless it refers to the environment."""
    return value if "${" in value or not value else NewSecret(value)


def all_hidden(spec: ServerSpec) -> ServerSpec:
    """The definition with each value a secret that does not refer to the environment."""

    def each(values: Mapping[str, Value]) -> Mapping[str, Value]:
        return {name: hidden(value) if isinstance(value, str) else value for name, value in values.items()}

    return replace(spec, env=each(spec.env), headers=each(spec.headers))


def _values(field: str, given: Mapping[str, GivenValue], kept: Mapping[str, Value]) -> Mapping[str, Value]:
    return {name: _value(f"{field}.{name}", value, kept.get(name)) for name, value in given.items()}


def _value(where: str, given: GivenValue, kept: Value | None) -> Value:
    if isinstance(given, str):
        return hidden(given)
    if isinstance(given, Marked):
        return NewSecret(given.value) if given.secret else given.value
    if not isinstance(kept, SecretRef):
        raise InvalidServer(f'{where}: no secret is kept here that {{"set": true}} could stand for; send the value')
    return kept
