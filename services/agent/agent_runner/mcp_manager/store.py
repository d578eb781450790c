"""Keeps servers and breakers in the agent's database."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import cast

import sqlalchemy as sa
from kit.clock import now_ms
from kit.database import Database
from kit.jsontypes import Json, JsonObject

from agent_runner.mcp_manager.ports import Stored
from agent_runner.mcp_manager.types import Breaker, BreakerStatus, Decision, SecretRef, ServerSpec, Transport, Value
from agent_runner.storage import mcp as table


class DatabaseStore:
    """A `ServerStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self) -> Stored:
        """Everything, definitions in the order they were added. Raises `StorageUnavailable`."""

        def query(connection: sa.Connection) -> Stored:
            states = table.states(connection)
            return Stored(
                specs=[spec_from_json(name, definition) for name, definition in table.definitions(connection)],
                breakers={one.name: breaker_from_json(one.breaker) for one in states if one.breaker is not None},
                enabled={one.name: one.enabled for one in states if one.enabled is not None},
            )

        return await self._database.read(query)

    async def save(self, spec: ServerSpec) -> None:
        """Put a definition, new or changed. Raises `StorageUnavailable`."""
        definition = spec_to_json(spec)
        await self._database.write(lambda connection: table.put_definition(connection, spec.name, definition, now_ms()))

    async def remove(self, name: str) -> None:
        """Forget a server with all that is kept of it. Raises `StorageUnavailable`."""
        await self._database.write(lambda connection: table.delete(connection, name))

    async def save_breaker(self, name: str, breaker: Breaker) -> None:
        """Keep the breaker's state. Raises `StorageUnavailable`."""
        state = asdict(breaker)
        await self._database.write(lambda connection: table.put_breaker(connection, name, state, now_ms()))

    async def save_enabled(self, name: str, enabled: bool) -> None:
        """Keep that a person switched the server on or off. Raises `StorageUnavailable`."""
        await self._database.write(lambda connection: table.put_enabled(connection, name, enabled, now_ms()))


def spec_to_json(spec: ServerSpec) -> JsonObject:
    """A definition, ready to be stored: its secrets are references by now."""
    return {
        "transport": spec.transport,
        "command": spec.command,
        "args": list(spec.args),
        "env": _values_to_json(spec.env),
        "cwd": spec.cwd,
        "url": spec.url,
        "headers": _values_to_json(spec.headers),
        "enabled": spec.enabled,
        "permissions": dict(spec.permissions),
        "allow_sampling": spec.allow_sampling,
    }


def spec_from_json(name: str, definition: Json) -> ServerSpec:
    """The definition that `spec_to_json` wrote."""
    fields = cast("JsonObject", definition)
    return ServerSpec(
        name=name,
        transport=cast("Transport", fields["transport"]),
        command=cast("str | None", fields["command"]),
        args=tuple(cast("Sequence[str]", fields["args"])),
        env=_values_from_json(fields["env"]),
        cwd=cast("str | None", fields["cwd"]),
        url=cast("str | None", fields["url"]),
        headers=_values_from_json(fields["headers"]),
        enabled=bool(fields["enabled"]),
        permissions=cast("Mapping[str, Decision]", fields["permissions"]),
        allow_sampling=bool(fields["allow_sampling"]),
    )


def breaker_from_json(stored: Json) -> Breaker:
    """The breaker as it was stored."""
    fields = cast("JsonObject", stored)
    return Breaker(
        status=cast("BreakerStatus", fields["status"]),
        failures=cast("int", fields["failures"]),
        opened=cast("int", fields["opened"]),
        reason=cast("str | None", fields["reason"]),
        retry_at=cast("int | None", fields["retry_at"]),
    )


def _values_to_json(values: Mapping[str, Value]) -> JsonObject:
    encoded: dict[str, Json] = {}
    for name, value in values.items():
        assert isinstance(value, str | SecretRef), "secrets go to their own store"
        encoded[name] = value if isinstance(value, str) else {"secret": value.key}
    return encoded


def _values_from_json(stored: Json) -> Mapping[str, Value]:
    values = cast("Mapping[str, str | Mapping[str, str]]", stored)
    return {name: value if isinstance(value, str) else SecretRef(value["secret"]) for name, value in values.items()}
