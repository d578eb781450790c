"""Servers and their breakers in the agent's database."""

from pathlib import Path

from agent_runner.mcp_manager.store import DatabaseStore
from agent_runner.mcp_manager.types import Breaker, SecretRef, ServerSpec
from agent_runner.storage.database import open_database

LOCAL = ServerSpec(
    "b",
    "stdio",
    command="npx",
    args=("-y", "x"),
    env={"A": "b", "KEY": SecretRef("mcp/b/env/KEY")},
    cwd="/tmp",
    enabled=False,
    permissions={"read_*": "allow"},
    allow_sampling=True,
)
REMOTE = ServerSpec("a", "http", url="https://a.example/mcp", headers={"X": "y"})


async def test_servers_come_back_as_they_were(tmp_path: Path) -> None:
    """In the order they were added, with their breakers and what a person switched."""
    database = open_database(tmp_path)
    store = DatabaseStore(database)
    breaker = Breaker("open", 5, 2, "gone", 1_764_000_000_000)
    await store.save(LOCAL)
    await store.save(REMOTE)
    await store.save_breaker("a", breaker)
    await store.save_enabled("from-file", False)
    stored = await DatabaseStore(database).load()
    assert {spec.name: spec for spec in stored.specs} == {"b": LOCAL, "a": REMOTE}
    assert stored.breakers == {"a": breaker}
    assert stored.enabled == {"from-file": False}
    await store.save_enabled("a", False)
    await store.save(REMOTE)
    assert "a" not in (await store.load()).enabled
    await store.remove("a")
    left = await store.load()
    assert ([spec.name for spec in left.specs], left.breakers) == (["b"], {})
    await database.aclose()
