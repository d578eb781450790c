"""The three together, as the page sees them."""

import asyncio

import httpx

from tests.contracts.wire import interface
from tests.dashboard.fakes import Server, listening, until

ASK = {"input": "list the files", "approval": "allow"}


async def ended(page: httpx.AsyncClient, run_id: str) -> dict[str, object]:
    async with asyncio.timeout(30):
        while True:
            run = (await page.get(f"/api/agent/runs/{run_id}")).raise_for_status().json()
            if run["status"] in {"succeeded", "failed", "cancelled"}:
                return run
            await asyncio.sleep(0.05)


def assert_holds(read: str, found: dict[str, object]) -> None:
    missing = [field.name for field in interface(read) if not field.optional and field.name not in found]
    assert (read, missing) == (read, [])


async def test_run_is_watched_from_the_page(page: httpx.AsyncClient) -> None:
    """Started over the proxy, its events come over the hub in order, and are stored with the fields the page reads."""
    async with listening(page) as lists:
        run = (await page.post("/api/agent/runs", json=ASK)).raise_for_status().json()
        assert run["source"] == "dashboard"
        async with listening(page, runs=run["id"]) as heard:
            final = await ended(page, run["id"])
            await until(lambda: any(event["type"] == "run.status" and event["data"]["status"] == "succeeded"
                                    for event in heard.of("run")))  # fmt: skip
        await until(lambda: any(event.get("id") == run["id"] for event in lists.of("agent.runs")))
    seqs = [event["seq"] for event in heard.of("run") if "seq" in event]
    assert seqs == list(range(1, len(seqs) + 1))
    as_json = {"Accept": "application/json"}
    stored = (await page.get(f"/api/agent/runs/{run['id']}/events?after=0&limit=500", headers=as_json)).json()["items"]
    assert [event["seq"] for event in stored] == seqs
    assert {event["run_id"] for event in heard.of("run")} == {run["id"]}
    for read, found in (("RunDetail", final), ("Run", run), ("RunEvent", stored[0]), ("RunStep", final["steps"][0])):  # type: ignore[index]
        assert_holds(read, found)


async def test_first_screen_holds_what_the_page_reads(page: httpx.AsyncClient) -> None:
    """Each part in the shape that the page expects, from real services."""
    run = (await page.post("/api/agent/runs", json=ASK)).json()
    await ended(page, run["id"])
    await asyncio.sleep(0.6)
    screen = (await page.get("/api/bootstrap")).json()
    assert {part["source_state"] for part in screen.values()} == {"ok"}
    for read, found in (
        ("Bootstrap", screen),
        ("Session", screen["session"]["data"]),
        ("UpstreamState", screen["status"]["data"]["agent"]),
        ("Component", screen["health"]["data"]["components"][0]),
        ("Run", screen["runs"]["data"]["items"][0]),
        ("RunStats", screen["run_stats"]["data"]),
        ("Insights", screen["insights"]["data"]),
    ):
        assert_holds(read, found)


async def test_agent_restart_is_survived(page: httpx.AsyncClient, running: dict[str, Server]) -> None:
    """The page hears that it is away and back, and nobody has to log in again."""
    loop = asyncio.get_running_loop()
    async with listening(page) as heard:
        await running["agent"].stop()
        await until(lambda: heard.states("agent")[-1] == "down")
        assert (await page.get("/api/agent/runs")).json()["code"] == "upstream_down"
        assert (await page.get("/api/tracker/issues")).status_code == 200
        await running["agent"].start()
        began = loop.time()
        await until(lambda: heard.states("agent")[-1] == "ok")
        assert loop.time() - began < 2
    assert (await page.get("/api/agent/runs")).status_code == 200


async def test_files_go_up_and_down(page: httpx.AsyncClient) -> None:
    """Whatever is in them, and names with spaces and accents too."""
    content = bytes(range(256)) * 4096
    path = "/api/agent/workspace/files/new%20folder/caf%C3%A9.bin"
    assert (await page.put(path, content=content)).status_code in {200, 201, 204}
    answer = await page.get(path)
    assert answer.content == content
    assert answer.headers["content-disposition"].startswith("attachment")
    assert (await page.delete(path)).status_code == 204
    assert (await page.get(path)).status_code == 404
    assert (await page.get("/api/agent/workspace/files/..%2f..%2ftoken")).status_code == 400


async def test_change_of_an_mcp_server_reaches_the_page(page: httpx.AsyncClient) -> None:
    """The hub passes the topic on; what the page then fetches has what it reads."""
    definition = {"name": "off", "transport": "stdio", "command": "true", "enabled": False}
    async with listening(page) as heard:
        made = (await page.post("/api/agent/mcp/servers", json=definition)).raise_for_status().json()
        await until(lambda: any(event["name"] == "off" for event in heard.of("agent.mcp")))
        assert (await page.delete("/api/agent/mcp/servers/off")).status_code == 204
        await until(lambda: any(event["action"] == "deleted" for event in heard.of("agent.mcp")))
    tool = (await page.get("/api/agent/tools")).json()["items"][0]
    called = (await page.post("/api/agent/tools/current_time/call", json={"arguments": {}})).json()
    for read, found in (("McpServer", made), ("Breaker", made["breaker"]), ("Tool", tool), ("CallResult", called)):
        assert_holds(read, found)
