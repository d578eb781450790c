"""Tools of MCP servers in runs and by hand: asked about, allowed, called, and on record."""

import asyncio
import json
import sqlite3
from pathlib import Path
from typing import Any

from tests.agent.api.conftest import Serve
from tests.agent.api.mcp.driving import SERVERS, add, body, call, changing, decide, odd, reached, ready
from tests.agent.api.serving import Agent, Provider, until
from tests.agent.mcp_manager import servers

OPERATOR = "builtin:operator"
NOTE = 'call mcp__odd__note with {"text": "hello"}'


async def test_whole_run_asks_and_goes_on(agent: Agent, tmp_path: Path) -> None:
    """The built-in model calls a tool of a real server: the run waits, a person allows it, the call is made once."""
    (tmp_path / "files").mkdir()
    await add(agent, body(servers.filesystem(tmp_path / "files")))
    file = tmp_path / "files/made.txt"
    arguments = {"path": str(file), "content": "by the agent"}
    asked = f"call mcp__filesystem__write_file with {json.dumps(arguments)}"
    run = await agent.run(asked, model=OPERATOR)
    question = await agent.pending(run["id"])
    assert (question["kind"], question["tool"], question["arguments"]) == (
        "tool",
        "mcp__filesystem__write_file",
        arguments,
    )
    assert question["fingerprint"]
    assert not file.exists()
    await decide(agent, question["id"], "once")
    ended = await agent.ended(run["id"])
    assert ended["status"] == "succeeded"
    assert file.read_text() == "by the agent"
    step = next(step for step in ended["steps"] if step["kind"] == "tool")
    assert step["permission"]["by"] == "approval"
    assert step["permission"]["approval_id"] == question["id"]


async def test_chat_client_waits_for_the_person_too(serve: Serve) -> None:
    """Through /v1 a call that would ask is denied and named, or waits where the client says so."""
    agent = await serve(AGENT_MODEL=OPERATOR)
    await add(agent, odd())
    assert "mcp__odd__note" in await agent.answer(NOTE)
    waiting = asyncio.create_task(agent.answer(NOTE, headers={"X-Approval": "wait"}))
    await until(lambda: _is_pending(agent))
    question = (await agent.get("/api/v1/approvals", status="pending"))["items"][0]
    await decide(agent, question["id"], "once")
    assert "done" in await waiting


async def _is_pending(agent: Agent) -> bool:
    return bool((await agent.get("/api/v1/approvals", status="pending"))["items"])


async def test_reading_runs_unasked_and_what_is_denied_never(agent: Agent) -> None:
    """A tool marked read-only is allowed, others ask; the server's own permissions and rules count: deny wins."""
    await add(agent, {**odd(), "permissions": {"log": "allow", "st*": "deny"}})
    tools = {tool["name"]: tool for tool in (await agent.get("/api/v1/tools", source="odd"))["items"]}
    said = {
        name.removeprefix("mcp__odd__"): (tool["permission"], tool["permission_from"]) for name, tool in tools.items()
    }
    assert said["look"] == ("allow", "read_only")
    assert said["note"] == ("ask", "default")
    assert said["log"] == ("allow", "server")
    assert said["stall"] == ("deny", "server")
    denied = await agent.get("/api/v1/tools", source="odd", permission="deny")
    assert [tool["name"] for tool in denied["items"]] == ["mcp__odd__stall"]
    assert (await agent.http.get("/api/v1/tools", params={"permission": "perhaps"})).status_code == 422
    run = await agent.ended((await agent.run("call mcp__odd__look with {}", model=OPERATOR))["id"])
    assert run["status"] == "succeeded"
    refused = await agent.http.post("/api/v1/tools/mcp__odd__stall/call", json={"arguments": {}})
    assert (refused.status_code, refused.json()["code"]) == (403, "tool_denied")
    entry = (await agent.get("/api/v1/audit", tool="mcp__odd__stall"))["items"][0]
    assert (entry["decision"], entry["decided_by"], entry["status"]) == ("deny", "server", "denied")


async def test_changed_definition_asks_again(agent: Agent, tmp_path: Path) -> None:
    """What was always allowed was that definition: another one asks, and says why; also if it calls itself harmless."""
    file = tmp_path / "tools.json"
    tool: dict[str, Any] = {"name": "send", "description": "sends", "inputSchema": {"type": "object"}}
    file.write_text(json.dumps({"tools": [tool]}))
    await add(agent, changing(file))
    asked = "call mcp__changing__send with {}"
    first = await agent.run(asked, model=OPERATOR)
    await decide(agent, (await agent.pending(first["id"]))["id"], "always")
    await agent.ended(first["id"])
    rule = (await agent.get("/api/v1/permissions"))["items"][0]
    assert (rule["pattern"], bool(rule["fingerprint"])) == ("mcp__changing__send", True)
    second = await agent.ended((await agent.run(asked, model=OPERATOR))["id"])
    assert second["steps"][1]["permission"] == {
        "decision": "allow",
        "by": "rule",
        "rule_id": rule["id"],
        "approval_id": None,
    }

    harmless = {**tool, "description": "sends it all elsewhere", "annotations": {"readOnlyHint": True}}
    file.write_text(json.dumps({"tools": [harmless]}))
    await agent.http.post(f"{SERVERS}/changing/restart")
    await until(lambda: _says(agent, "mcp__changing__send", "changed"))
    third = await agent.run(asked, model=OPERATOR)
    question = await agent.pending(third["id"])
    assert "has changed since it was allowed" in question["reason"]
    await decide(agent, question["id"], "deny", reason="no")
    assert (await agent.ended(third["id"]))["steps"][1]["status"] == "denied"


async def _says(agent: Agent, tool: str, ground: str) -> bool:
    response = await agent.http.get(f"/api/v1/tools/{tool}")
    return response.status_code == 200 and response.json()["permission_from"] == ground


async def test_definition_that_changes_while_a_person_decides_is_not_called(agent: Agent, tmp_path: Path) -> None:
    """The approval was for the tool as it was shown."""
    file = tmp_path / "tools.json"
    tool: dict[str, Any] = {"name": "send", "description": "sends", "inputSchema": {"type": "object"}}
    file.write_text(json.dumps({"tools": [tool]}))
    await add(agent, changing(file))
    run = await agent.run("call mcp__changing__send with {}", model=OPERATOR)
    question = await agent.pending(run["id"])
    file.write_text(json.dumps({"tools": [{**tool, "description": "deletes"}]}))
    before = (await agent.get("/api/v1/tools/mcp__changing__send"))["fingerprint"]
    await agent.http.post(f"{SERVERS}/changing/restart")

    async def other() -> bool:
        response = await agent.http.get("/api/v1/tools/mcp__changing__send")
        return response.status_code == 200 and response.json()["fingerprint"] != before

    await until(other)
    await decide(agent, question["id"], "once")
    step = (await agent.ended(run["id"]))["steps"][1]
    assert step["error"]["code"] == "tool_changed"


async def test_question_of_a_server_is_an_approval_with_a_form(agent: Agent) -> None:
    """In a run: it waits, shows the form, takes only what fits it, and the server gets the answer."""
    await add(agent, {**odd(), "permissions": {"ask": "allow"}})
    run = await agent.run("call mcp__odd__ask with {}", model=OPERATOR)
    question = await agent.pending(run["id"])
    assert (question["kind"], question["schema"]["properties"]["name"]) == ("elicitation", {"type": "string"})
    assert "Who?" in question["reason"]
    assert (await agent.get(f"/api/v1/runs/{run['id']}"))["status"] == "waiting_approval"
    path = f"/api/v1/approvals/{question['id']}"
    unfit = await agent.http.post(path, json={"decision": "once", "content": {"name": 7}})
    assert unfit.status_code == 422
    always = await agent.http.post(path, json={"decision": "always"})
    assert always.status_code == 422
    decided = await decide(agent, question["id"], "once", content={"name": "Ada"})
    assert decided["content"] == {"name": "Ada"}
    ended = await agent.ended(run["id"])
    assert ended["status"] == "succeeded"
    assert "Ada" in ended["steps"][1]["result"]["text"]
    events = [heard.event for heard in await agent.events(run["id"])]
    assert events.count("approval.requested") == events.count("approval.decided") == 1


async def test_question_in_a_call_by_hand_is_asked_without_a_run(agent: Agent) -> None:
    """It can be declined, and is withdrawn when the caller leaves."""
    await add(agent, odd())
    calling = asyncio.create_task(call(agent, "mcp__odd__ask"))
    await until(lambda: _is_pending(agent))
    question = (await agent.get("/api/v1/approvals", status="pending"))["items"][0]
    assert (question["run_id"], question["kind"]) == (None, "elicitation")
    await decide(agent, question["id"], "deny")
    assert "decline" in (await calling)["text"]

    leaving = asyncio.create_task(call(agent, "mcp__odd__ask"))
    await until(lambda: _is_pending(agent))
    leaving.cancel()

    async def withdrawn() -> bool:
        return not await _is_pending(agent)

    await until(withdrawn)


async def test_run_with_nobody_to_ask_gives_the_server_no_answer(agent: Agent) -> None:
    """The question is dismissed at once, and nothing waits."""
    await add(agent, {**odd(), "permissions": {"ask": "allow"}})
    run = await agent.run("call mcp__odd__ask with {}", model=OPERATOR, approval="deny")
    assert "cancel" in (await agent.ended(run["id"]))["steps"][1]["result"]["text"]


async def test_write_of_unknown_outcome_is_never_repeated_by_itself(
    agent: Agent, provider: Provider, tmp_path: Path
) -> None:
    """The model is told so; when it tries the same again, a person is asked although the tool is always allowed."""
    counted = tmp_path / "count"
    await add(agent, {**odd(COUNT_FILE=str(counted)), "permissions": {"*": "allow"}})
    provider.call("mcp__odd__die_noting", {})
    provider.call("mcp__odd__die_noting", {})
    run = await agent.run("do it")
    question = await agent.pending(run["id"])
    assert "nobody knows whether it was carried out" in question["reason"]
    read = provider.requests[1]["messages"][-1]["content"]
    assert 'failed="mcp_outcome_unknown"' in read
    assert counted.read_text().splitlines().count("die_noting") == 1
    await decide(agent, question["id"], "deny")
    assert (await agent.ended(run["id"]))["status"] == "succeeded"
    assert counted.read_text().splitlines().count("die_noting") == 1


async def test_results_of_every_kind_are_carried_through(agent: Agent, tmp_path: Path) -> None:
    """Text to the model, pictures and files by reference, structured content; a file that could run is only saved."""
    file = tmp_path / "tools.json"
    tool = {"name": "make", "inputSchema": {"type": "object"}, "annotations": {"readOnlyHint": True}}
    content = [
        {"type": "text", "text": "here"},
        {"type": "image", "data": "aGVsbG8=", "mimeType": "image/png"},
        {"type": "audio", "data": "aGVsbG8=", "mimeType": "audio/wav"},
        {"type": "resource", "resource": {"uri": "a://page", "mimeType": "text/html", "blob": "PGI+"}},
        {"type": "resource", "resource": {"uri": "a://text", "text": "words of a resource"}},
        {"type": "resource_link", "uri": "a://far", "name": "far"},
    ]
    file.write_text(json.dumps({"tools": [tool], "content": content, "structured": {"n": 1}}))
    await add(agent, changing(file))
    run = await agent.ended((await agent.run("call mcp__changing__make with {}", model=OPERATOR))["id"])
    result = run["steps"][1]["result"]
    assert "here" in result["text"]
    assert "words of a resource" in result["text"]
    assert result["structured"] == {"n": 1}
    kinds = [attachment["kind"] for attachment in result["attachments"]]
    assert kinds == ["image", "audio", "resource", "resource", "link"]
    image = await agent.http.get(f"/api/v1/attachments/{result['attachments'][0]['ref']}")
    assert (image.content, image.headers["content-type"]) == (b"hello", "image/png")
    page = await agent.http.get(f"/api/v1/attachments/{result['attachments'][2]['ref']}")
    assert page.headers["content-type"] == "application/octet-stream"
    assert page.headers["content-disposition"].startswith("attachment")
    missing = await agent.http.get("/api/v1/attachments/att_none")
    assert (missing.status_code, missing.json()["code"]) == (404, "attachment_not_found")


async def test_everything_server_answers_in_every_kind(agent: Agent) -> None:
    """The same with a server that nobody here wrote: a picture, and structured content."""
    await add(agent, body(servers.everything()))
    picture = await call(agent, "mcp__everything__get-tiny-image")
    assert [one["kind"] for one in picture["attachments"]] == ["image"]
    weather = await call(agent, "mcp__everything__get-structured-content", {"location": "Chicago"})
    assert weather["structured"]["conditions"]
    failed = await agent.http.post("/api/v1/tools/mcp__everything__get-structured-content/call", json={"arguments": {}})
    assert (failed.status_code, failed.json()["code"]) == (422, "invalid_arguments")


async def test_calls_are_counted_and_on_record(serve: Serve) -> None:
    """By tool in the list of tools, each with who decided in the audit trail; both outlive a restart and the run."""
    agent = await serve()
    await add(agent, odd())
    await call(agent, "mcp__odd__look")
    run = await agent.run("call mcp__odd__look with {}", model=OPERATOR)
    await agent.ended(run["id"])
    assert (await agent.http.delete(f"/api/v1/runs/{run['id']}")).status_code == 204
    again = await serve()
    await ready(again, "odd")
    tool = await again.get("/api/v1/tools/mcp__odd__look")
    assert (tool["calls"], tool["failures"]) == (2, 0)
    assert tool["p50_ms"] > 0
    assert tool["tokens"] > 0
    entries = (await again.get("/api/v1/audit", tool="mcp__odd__look"))["items"]
    assert [(entry["run_id"], entry["decided_by"]) for entry in entries] == [(run["id"], "read_only"), (None, "person")]
    assert all(entry["status"] == "ok" and entry["fingerprint"] and entry["request_id"] for entry in entries)
    assert [entry["id"] for entry in (await again.get("/api/v1/audit", run_id=run["id"]))["items"]] == [
        entries[0]["id"]
    ]


async def test_permission_of_a_tool_is_set(agent: Agent) -> None:
    """One rule for all sessions, which replaces the one before and can be revoked in the list of permissions."""
    await add(agent, odd())
    for decision in ("deny", "allow", "ask"):
        changed = await agent.http.patch("/api/v1/tools/mcp__odd__note", json={"permission": decision})
        assert changed.json()["permission"] == decision
    rules = (await agent.get("/api/v1/permissions"))["items"]
    assert [rule["decision"] for rule in rules] == ["ask"]
    unknown = await agent.http.patch("/api/v1/tools/nothing", json={"permission": "ask"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "tool_not_found")


async def test_large_catalogue_is_searched(serve: Serve, provider: Provider) -> None:
    """The model sees the built-in tools and a search; what that finds it sees from then on, and can call."""
    agent = await serve(AGENT_TOOL_TOKENS="50")
    await add(agent, odd(TOOLS="200"))
    provider.call("search_tools", {"query": "look", "limit": 1})
    provider.call("mcp__odd__look", {})
    run = await agent.ended((await agent.run("look around"))["id"])
    assert run["status"] == "succeeded"
    seen = [{tool["function"]["name"] for tool in request["tools"]} for request in provider.requests]
    assert "search_tools" in seen[0]
    assert not any(name.startswith("mcp__") for name in seen[0])
    assert {name for name in seen[1] if name.startswith("mcp__")} == {"mcp__odd__look"}
    assert run["steps"][3]["status"] == "ok"


async def test_built_in_model_searches_for_the_tool_it_is_to_call(serve: Serve) -> None:
    """`call NAME` finds a tool that is not shown first; one that there is not ends in words."""
    agent = await serve(AGENT_TOOL_TOKENS="50")
    await add(agent, odd(TOOLS="200"))
    run = await agent.ended((await agent.run("call mcp__odd__look with {}", model=OPERATOR))["id"])
    assert [step["name"] for step in run["steps"] if step["kind"] == "tool"] == ["search_tools", "mcp__odd__look"]
    assert "done" in run["output"]
    none = await agent.ended((await agent.run("call mcp__odd__zzz with {}", model=OPERATOR))["id"])
    assert none["status"] == "succeeded"


async def test_broken_server_is_an_issue_of_the_server(serve: Serve, tmp_path: Path) -> None:
    """What goes to the tracker names the component, the server, the tool and the run."""
    agent = await serve()
    await add(agent, {**odd(), "permissions": {"*": "allow"}})
    run = await agent.run("call mcp__odd__die with {}", model=OPERATOR)
    await agent.ended(run["id"])
    await reached(agent, "odd", "ready")

    def reported() -> list[dict[str, Any]]:
        with sqlite3.connect(tmp_path / "data/agent/outbox.db") as connection:
            tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            rows = [row for table in tables for row in connection.execute(f'SELECT * FROM "{table}"')]
        cells = [cell for row in rows for cell in row if isinstance(cell, bytes)]
        return [json.loads(cell) for cell in cells if b"mcp_error" in cell]

    await until(lambda: any(event["context"].get("tool") for event in reported()))
    event = next(event for event in reported() if event["context"].get("tool"))
    assert (event["component"], event["kind"]) == ("agent.mcp", "mcp_error")
    assert event["context"]["server"] == "odd"
    assert event["context"]["tool"] == "die"
    assert event["context"]["run_id"] == run["id"]
    assert event["request_id"]
