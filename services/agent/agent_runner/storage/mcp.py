"""Statements on MCP servers. Definitions and breakers are JSON here: the MCP manager knows what is in them."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from kit.jsontypes import Json, JsonObject

from agent_runner.storage.schema import mcp_servers, mcp_states


@dataclass(frozen=True, slots=True)
class McpStateRecord:
    """What is remembered of a server beside its definition."""

    name: str
    enabled: bool | None
    breaker: Json


def definitions(connection: sa.Connection) -> list[tuple[str, Json]]:
    """Name and definition of every server, in the order they were added."""
    query = sa.select(mcp_servers.c.name, mcp_servers.c.definition).order_by(
        mcp_servers.c.created_at, mcp_servers.c.name
    )
    return [(name, definition) for name, definition in connection.execute(query)]


def states(connection: sa.Connection) -> list[McpStateRecord]:
    """What is remembered, of every server."""
    query = sa.select(mcp_states.c.name, mcp_states.c.enabled, mcp_states.c.breaker)
    return [McpStateRecord(**row) for row in connection.execute(query).mappings()]


def put_definition(connection: sa.Connection, name: str, definition: JsonObject, now: int) -> None:
    """A new or changed definition; it settles whether the server is enabled."""
    changes = {"definition": definition, "updated_at": now}
    if connection.execute(mcp_servers.update().where(mcp_servers.c.name == name).values(changes)).rowcount == 0:
        connection.execute(mcp_servers.insert(), {"name": name, "created_at": now, **changes})
    _put_state(connection, name, {"enabled": None}, now)


def put_breaker(connection: sa.Connection, name: str, breaker: JsonObject, now: int) -> None:
    """The breaker's state."""
    _put_state(connection, name, {"breaker": breaker}, now)


def put_enabled(connection: sa.Connection, name: str, enabled: bool, now: int) -> None:
    """A person switched it on or off."""
    _put_state(connection, name, {"enabled": enabled}, now)


def delete(connection: sa.Connection, name: str) -> None:
    """Forget a server."""
    connection.execute(mcp_servers.delete().where(mcp_servers.c.name == name))
    connection.execute(mcp_states.delete().where(mcp_states.c.name == name))


def _put_state(connection: sa.Connection, name: str, changes: dict[str, Any], now: int) -> None:
    changes = {**changes, "updated_at": now}
    if connection.execute(mcp_states.update().where(mcp_states.c.name == name).values(changes)).rowcount == 0:
        connection.execute(mcp_states.insert(), {"name": name, **changes})
