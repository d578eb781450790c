"""MCP servers over HTTP: added, shown, changed, tested, removed; and what of them is never shown."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.agent.api.conftest import Serve
from tests.agent.api.mcp.driving import SERVERS, add, body, odd, reached, ready
from tests.agent.api.serving import Agent, listen, until
from tests.agent.mcp_manager import servers

SECRET = "hunter2-is-not-to-be-seen"


async def test_server_is_added_connected_and_shown(agent: Agent) -> None:
    """The answer comes at once; soon after it is ready, with its tools, what they cost, and a closed breaker."""
    await add(agent, body(servers.everything()))
    shown = await agent.get(f"{SERVERS}/everything")
    assert shown["state"] == "ready"
    assert shown["protocol_version"] == "2025-11-25"
    assert shown["breaker"] == {"status": "closed", "failures": 0, "reason": None, "next_probe": None}
    echo = next(tool for tool in shown["tools"] if tool["name"] == "echo")
    assert echo["tool"] == "mcp__everything__echo"
    assert shown["tokens"] == sum(tool["tokens"] for tool in shown["tools"]) > 100
    listed = await agent.get(SERVERS)
    assert [item["name"] for item in listed["items"]] == ["everything"]
    tools = await agent.get("/api/v1/tools", source="everything")
    assert {tool["name"] for tool in tools["items"]} == {tool["tool"] for tool in shown["tools"]}
    assert all(tool["permission"] == ("allow" if tool["read_only"] else "ask") for tool in tools["items"])


async def test_what_a_server_offers_beside_tools_is_listed(agent: Agent) -> None:
    """Its resources, its prompts, and what it wrote to its standard error."""
    await add(agent, body(servers.everything()))
    resources = await agent.get(f"{SERVERS}/everything/resources", limit=2)
    assert len(resources["items"]) == 2
    assert resources["next_cursor"]
    prompts = await agent.get(f"{SERVERS}/everything/prompts")
    assert all(prompt["name"] for prompt in prompts["items"])
    log = await agent.get(f"{SERVERS}/everything/log")
    assert {line["source"] for line in log["items"]} <= {"stderr", "stdout", "server", "manager"}


async def test_secrets_go_in_and_never_come_out(agent: Agent, tmp_path: Path) -> None:
    """In no answer, list, stream or file but the store, which is for us alone; references are shown as they are."""
    heard: list[str] = []
    async with agent.http.stream("GET", "/api/v1/stream") as stream:
        listening = asyncio.create_task(_hear(stream, heard))
        added = await add(agent, {**odd(), "env": {"API_KEY": SECRET, "PLACE": "${HOME}"}})
        assert added["env"] == {"API_KEY": {"set": True}, "PLACE": "${HOME}"}
        answers = [
            (await agent.http.get(SERVERS)).text,
            (await agent.http.get(f"{SERVERS}/odd")).text,
            (await agent.http.post(f"{SERVERS}/odd/test")).text,
            (await agent.http.patch(f"{SERVERS}/odd", json={"cwd": "/tmp"})).text,
            (await agent.http.get("/api/v1/health")).text,
        ]
        await until(lambda: any("ready" in line for line in heard))
        listening.cancel()
    assert all(SECRET not in text for text in [*answers, *heard])
    folder = tmp_path / "data" / "agent"
    assert (folder / "secrets.json").stat().st_mode & 0o777 == 0o600
    holders = [path.name for path in folder.iterdir() if path.is_file() and SECRET.encode() in path.read_bytes()]
    assert holders == ["secrets.json"]


async def _hear(stream: Any, heard: list[str]) -> None:
    async for line in stream.aiter_lines():
        heard.append(line)  # noqa: PERF401 - the list is read while it grows


async def test_mask_that_is_sent_back_changes_nothing(agent: Agent, tmp_path: Path) -> None:
    """What a page shows it may send back: the secret stays, others come and go."""
    await add(agent, {**odd(), "env": {"API_KEY": SECRET}})
    patch = {"env": {"API_KEY": {"set": True}, "MODE": {"value": "quick", "secret": False}}}
    changed = (await agent.http.patch(f"{SERVERS}/odd", json=patch)).json()
    assert changed["env"] == {"API_KEY": {"set": True}, "MODE": "quick"}
    assert SECRET in (tmp_path / "data/agent/secrets.json").read_text()
    unknown = await agent.http.patch(f"{SERVERS}/odd", json={"env": {"OTHER": {"set": True}}})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "mcp_server_invalid")
    await agent.http.patch(f"{SERVERS}/odd", json={"env": {}})
    assert SECRET not in (tmp_path / "data/agent/secrets.json").read_text()


@pytest.mark.parametrize(
    ("definition", "said"),
    [
        ({"name": "a", "transport": "telegraph", "command": "x"}, "transport"),
        ({"name": "a", "transport": "stdio"}, "command"),
        ({"name": "a", "transport": "http", "url": "not an address"}, "url"),
        ({"name": "a", "transport": "http"}, "url"),
        ({"name": "a", "transport": "sse", "url": "ftp://example.com"}, "url"),
        ({"name": "a b", "transport": "stdio", "command": "x"}, "name"),
        ({"name": "a", "transport": "stdio", "command": "x", "comand": "y"}, "comand"),
        ({"name": "a", "transport": "stdio", "command": "x", "permissions": {"*": "maybe"}}, "permissions"),
    ],
)
async def test_definition_that_cannot_work_is_refused(agent: Agent, definition: dict[str, Any], said: str) -> None:
    """With 422, before anything is kept, and the field is named."""
    response = await agent.http.post(SERVERS, json=definition)
    assert response.status_code == 422
    assert said in response.text
    assert (await agent.get(SERVERS))["items"] == []
    tested = await agent.http.post(f"{SERVERS}/test", json=definition)
    assert tested.status_code == 422


async def test_name_is_taken_once(agent: Agent) -> None:
    """409 for another; the same request with the same key gets the first answer again."""
    key = {"Idempotency-Key": "one"}
    first = await agent.http.post(SERVERS, json={**odd(), "enabled": False}, headers=key)
    again = await agent.http.post(SERVERS, json={**odd(), "enabled": False}, headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    other = await agent.http.post(SERVERS, json=odd())
    assert (other.status_code, other.json()["code"]) == (409, "mcp_server_exists")


async def test_definition_is_tested_before_it_is_saved(agent: Agent) -> None:
    """What it lists, or why not; nothing of it is kept."""
    good = (await agent.http.post(f"{SERVERS}/test", json=odd())).json()
    assert good["ok"]
    assert "note" in {tool["name"] for tool in good["tools"]}
    bad = (await agent.http.post(f"{SERVERS}/test", json={**odd(), "command": "no-such-program"})).json()
    assert not bad["ok"]
    assert "no-such-program" in bad["error"]
    assert (await agent.get(SERVERS))["items"] == []


async def test_server_is_switched_restarted_and_removed(agent: Agent) -> None:
    """Its tools come and go with it, and what was removed is 404."""
    first = await add(agent, odd())
    off = (await agent.http.patch(f"{SERVERS}/odd", json={"enabled": False})).json()
    assert off["state"] == "disabled"
    assert (await agent.get("/api/v1/tools", source="odd"))["items"] == []
    await agent.http.patch(f"{SERVERS}/odd", json={"enabled": True})
    await ready(agent, "odd")
    assert (await agent.get("/api/v1/tools", source="odd"))["items"] != []
    before = (await agent.get(f"{SERVERS}/odd"))["pid"]
    assert before != first["pid"]
    assert (await agent.http.post(f"{SERVERS}/odd/restart")).status_code == 200
    await until(lambda: _has_other_pid(agent, before))
    assert (await agent.http.delete(f"{SERVERS}/odd")).status_code == 204
    gone = await agent.http.get(f"{SERVERS}/odd")
    assert (gone.status_code, gone.json()["code"]) == (404, "mcp_server_not_found")
    assert (await agent.get("/api/v1/tools", source="odd"))["items"] == []


async def _has_other_pid(agent: Agent, pid: int) -> bool:
    shown = await agent.get(f"{SERVERS}/odd")
    return shown["state"] == "ready" and shown["pid"] != pid


async def test_servers_are_kept_over_a_restart_of_the_agent(serve: Serve) -> None:
    """With their secrets, and whether they are switched on."""
    first = await serve()
    await add(first, {**odd(), "env": {"API_KEY": SECRET}})
    await add(first, {**odd("off"), "enabled": False}, wait=False)
    second = await serve()
    assert (await ready(second, "odd"))["env"] == {"API_KEY": {"set": True}}
    assert (await second.get(f"{SERVERS}/off"))["state"] == "disabled"


async def test_dead_server_says_why_and_when_it_is_tried_again(agent: Agent) -> None:
    """In its state, its log and in the component `mcp` of the health; a reset probes it and says how that went."""
    await add(agent, odd("dead", AT_START="exit"), wait=False)
    shown = await reached(agent, "dead", "failing", "open")
    assert shown["last_error"]
    assert shown["breaker"]["failures"] >= 1
    assert shown["breaker"]["next_probe"]
    assert any("cannot work today" in line["text"] for line in (await agent.get(f"{SERVERS}/dead/log"))["items"])
    health = {part["name"]: part for part in (await agent.get("/api/v1/health"))["components"]}
    assert health["mcp"]["status"] == "degraded"
    assert "dead" in health["mcp"]["detail"]
    probed = await agent.http.post(f"{SERVERS}/dead/breaker/reset")
    assert probed.status_code == 200
    assert probed.json()["breaker"]["failures"] > shown["breaker"]["failures"]


async def test_changes_are_told_on_the_stream(agent: Agent) -> None:
    """Topic `mcp`: each change of a server, and that it is gone."""
    seen: list[tuple[str, str | None]] = []

    async def follow() -> None:
        async with agent.http.stream("GET", "/api/v1/stream") as stream:
            async for heard in listen(stream):
                if heard.event == "mcp":
                    seen.append((heard.data["action"], heard.data["state"]))  # noqa: PERF401 - as above

    following = asyncio.create_task(follow())
    await asyncio.sleep(0.1)
    await add(agent, odd())
    await agent.http.delete(f"{SERVERS}/odd")
    await until(lambda: ("updated", "ready") in seen and seen[-1] == ("deleted", None))
    following.cancel()


async def test_many_and_strange_tools_are_listed_safely(agent: Agent) -> None:
    """A thousand tools, a recursive schema, a description with markup and NUL; a schema of 5 MiB is refused by name."""
    await add(agent, odd("many", TOOLS="1000", SCHEMA="recursive"))
    shown = await agent.get(f"{SERVERS}/many")
    assert len(shown["tools"]) > 1_000
    tool = await agent.get("/api/v1/tools/mcp__many__odd")
    assert tool["description"].startswith("[MCP server many] <img onerror=x>")
    assert "\0" not in tool["description"]
    await add(agent, odd("huge", SCHEMA="huge"))
    huge = await agent.get(f"{SERVERS}/huge")
    assert [refused["name"] for refused in huge["refused_tools"]] == ["odd"]
    assert "note" in {one["name"] for one in huge["tools"]}
