"""Secrets of servers: into the store when a definition is saved, and out of it only when the server starts."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from agent_runner.mcp_manager.ports import SecretStore
from agent_runner.mcp_manager.types import NewSecret, SecretRef, ServerSpec, Value

_REFERENCE = re.compile(r"\$\{(?:env:)?([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")
_SECRET_NAME = re.compile(
    r"(?i)(^|[_.-])(api_?-?key|key|token|secret|password|passwd|pass|pwd|auth|authorization|credentials?|cookie|pat|dsn)"
    r"($|[_.-])|apikey|token$|secret$|password$|authorization"
)
_SECRET_VALUE = re.compile(
    r"^(Bearer |Basic |sk-|sk_|gh[pousr]_|github_pat_|glpat-|xox[abp]-|AKIA|eyJ|ya29\.|AIza|hf_|npm_)|://[^/\s:@]+:[^/\s@]+@"
)
Changes: TypeAlias = Mapping[str, str | None]


class UnresolvedError(Exception):
    """A definition refers to a variable or secret that is not there; the message names it."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """A definition's values as the server is given them. `secrets` are what must not be shown."""

    args: tuple[str, ...]
    env: Mapping[str, str]
    url: str
    headers: Mapping[str, str]
    secrets: frozenset[str]


def prefix_of(name: str) -> str:
    """What the keys of all secrets of a server begin with."""
    return f"mcp/{name}/"


def looks_secret(name: str, value: str) -> bool:
    """Is this the name or the value of a secret? Text that only refers to the environment is none."""
    if not value or _REFERENCE.search(value):
        return False
    return bool(_SECRET_NAME.search(name) or _SECRET_VALUE.search(value))


def seal(spec: ServerSpec) -> tuple[ServerSpec, Changes]:
    """The definition with references in place of secrets, and what goes into the store for it."""
    changes: dict[str, str] = {}

    def sealed(kind: str, values: Mapping[str, Value]) -> Mapping[str, Value]:
        return {name: one(f"{prefix_of(spec.name)}{kind}/{name}", name, value) for name, value in values.items()}

    def one(key: str, name: str, value: Value) -> Value:
        if isinstance(value, SecretRef):
            return value
        text = value.value if isinstance(value, NewSecret) else value
        if isinstance(value, str) and not looks_secret(name, value):
            return value
        changes[key] = text
        return SecretRef(key)

    return replace(spec, env=sealed("env", spec.env), headers=sealed("headers", spec.headers)), changes


def resolve(spec: ServerSpec, store: SecretStore, environment: Mapping[str, str]) -> Resolved:
    """What the server is started with. Raises `UnresolvedError`.

    In `args` a variable that is named like a secret stays as written: everyone can read the list of processes.
    """
    secrets: set[str] = set()

    def value_of(where: str, value: Value) -> str:
        if isinstance(value, str):
            text = _expanded(where, value, environment)
            if text != value:
                secrets.add(text)
            return text
        text = value.value if isinstance(value, NewSecret) else store.get(value.key)
        if text is None:
            raise UnresolvedError(f"the secret of {where} is not in the store; set it anew")
        secrets.add(text)
        return text

    env = {name: value_of(f"env.{name}", value) for name, value in spec.env.items()}
    headers = {name: value_of(f"headers.{name}", value) for name, value in spec.headers.items()}
    secrets |= {value.partition(" ")[2] for value in headers.values() if " " in value and value in secrets}
    url = _expanded("url", spec.url or "", environment)
    args = tuple(_expanded("args", arg, environment, keep_secrets=True) for arg in spec.args)
    if url != spec.url:
        secrets |= {environment[match[1]] for match in _REFERENCE.finditer(spec.url or "") if match[1] in environment}
    return Resolved(args, env, url, headers, frozenset(secrets))


def _expanded(where: str, text: str, environment: Mapping[str, str], *, keep_secrets: bool = False) -> str:
    def value(match: re.Match[str]) -> str:
        name = match[1]
        if keep_secrets and _SECRET_NAME.search(name):
            return match[0]
        if name not in environment and match.group(2) is None:
            raise UnresolvedError(f"{where} refers to the environment variable {name}, which is not set")
        return environment.get(name, match[2])

    return _REFERENCE.sub(value, text)
