"""Approvals and permissions, from the question to the remembered decision."""

from pathlib import Path
from typing import Any

import pytest

from tests.agent.api.serving import Agent, Provider, until

WRITE: dict[str, Any] = {"path": "a.txt", "content": "x"}


async def decide(agent: Agent, approval: dict[str, Any], decision: str, **more: Any) -> dict[str, Any]:
    response = await agent.http.post(f"/api/v1/approvals/{approval['id']}", json={"decision": decision, **more})
    assert response.status_code == 200, response.text
    return response.json()


async def test_run_waits_for_a_person(agent: Agent, provider: Provider, workspace: Path) -> None:
    """The question shows the exact arguments; the call runs after `once`, and a second decision is refused."""
    provider.call("write_file", WRITE)
    run_id = (await agent.run())["id"]
    approval = await agent.pending(run_id)
    assert (approval["tool"], approval["arguments"], approval["kind"]) == ("write_file", WRITE, "tool")
    assert (await agent.get(f"/api/v1/runs/{run_id}"))["status"] == "waiting_approval"
    assert not (workspace / "a.txt").exists()
    decided = await decide(agent, approval, "once")
    assert (decided["status"], decided["decision"]) == ("approved", "once")
    assert (await agent.ended(run_id))["status"] == "succeeded"
    assert (workspace / "a.txt").read_text() == "x"
    again = await agent.http.post(f"/api/v1/approvals/{approval['id']}", json={"decision": "deny"})
    assert (again.status_code, again.json()["code"]) == (409, "approval_decided")


async def test_events_tell_question_and_decision(agent: Agent, provider: Provider) -> None:
    """Both name the call, and the statuses around them tell the wait."""
    provider.call("write_file", WRITE)
    run_id = (await agent.run())["id"]
    approval = await agent.pending(run_id)
    await decide(agent, approval, "deny", reason="not now")
    heard = await agent.events(run_id)
    data = {each.event: each.data["data"] for each in heard}
    assert data["approval.requested"]["approval_id"] == approval["id"]
    assert (data["approval.requested"]["index"], data["approval.requested"]["arguments"]) == (1, WRITE)
    assert (data["approval.decided"]["decision"], data["approval.decided"]["reason"]) == ("deny", "not now")
    statuses = [each.data["data"]["status"] for each in heard if each.event == "run.status"]
    assert statuses == ["queued", "running", "waiting_approval", "running", "succeeded"]


async def test_denial_is_told_to_the_model_with_its_reason(agent: Agent, provider: Provider, workspace: Path) -> None:
    """The model learns why and answers; nothing was written."""
    provider.call("write_file", WRITE)
    run_id = (await agent.run())["id"]
    await decide(agent, await agent.pending(run_id), "deny", reason="not in this folder")
    run = await agent.ended(run_id)
    assert (run["status"], run["steps"][1]["status"]) == ("succeeded", "denied")
    assert "not in this folder" in provider.requests[1]["messages"][-1]["content"]
    assert not (workspace / "a.txt").exists()


async def test_once_is_for_these_arguments_only(agent: Agent, provider: Provider) -> None:
    """The next call asks again."""
    provider.call("write_file", WRITE)
    provider.call("write_file", WRITE | {"content": "y"})
    run_id = (await agent.run())["id"]
    await decide(agent, await agent.pending(run_id), "once")
    second = await agent.pending(run_id)
    assert second["arguments"]["content"] == "y"


@pytest.mark.parametrize(("decision", "elsewhere"), [("session", "waiting_approval"), ("always", "succeeded")])
async def test_decision_is_remembered(agent: Agent, provider: Provider, decision: str, elsewhere: str) -> None:
    """`session` holds for this conversation, `always` for all; it can be seen and taken back."""
    provider.call("write_file", WRITE)
    provider.call("write_file", WRITE)
    run = await agent.run()
    approval = await agent.pending(run["id"])
    await decide(agent, approval, decision)
    assert (await agent.ended(run["id"]))["step_count"] == 5
    provider.call("write_file", WRITE)
    other = await agent.run("another conversation")
    await agent.reached(other["id"], elsewhere)
    rule = (await agent.get("/api/v1/permissions"))["items"][0]
    assert (rule["pattern"], rule["decision"], rule["approval_id"]) == ("write_file", "allow", approval["id"])
    assert rule["scope"] == decision
    assert (await agent.http.delete(f"/api/v1/permissions/{rule['id']}")).status_code == 204
    provider.script.clear()
    provider.call("write_file", WRITE)
    asking = await agent.run("after it was revoked", session_id=run["session_id"])
    await agent.pending(asking["id"])


async def test_rules_decide_before_anyone_is_asked(agent: Agent, provider: Provider) -> None:
    """Deny beats ask beats allow, by name or glob."""
    for pattern, decision in (("write_*", "allow"), ("write_file", "deny")):
        made = await agent.http.post("/api/v1/permissions", json={"pattern": pattern, "decision": decision})
        assert made.status_code == 201
    provider.call("write_file", WRITE)
    run = await agent.ended((await agent.run())["id"])
    assert run["steps"][1]["status"] == "denied"
    tools = {tool["name"]: tool["permission"] for tool in (await agent.get("/api/v1/tools"))["items"]}
    assert (tools["write_file"], tools["read_file"], tools["delete_file"]) == ("deny", "allow", "ask")


@pytest.mark.parametrize(("mode", "status"), [("allow", "ok"), ("deny", "denied")])
async def test_run_says_what_comes_of_asking(agent: Agent, provider: Provider, mode: str, status: str) -> None:
    """`approval: allow` and `deny` are for runs that nobody watches."""
    provider.call("write_file", WRITE)
    run = await agent.ended((await agent.run(approval=mode))["id"])
    assert run["steps"][1]["status"] == status


async def test_several_calls_of_one_turn_are_asked_about_at_once(agent: Agent, provider: Provider) -> None:
    """Each has its own question, and the run goes on when all are decided."""
    provider.call("make_folder", {"path": "a"})
    provider.script[-1] = type(provider.script[-1])(
        calls=[("fetch_url", '{"url": "http://127.0.0.1:9/"}'), ("make_folder", '{"path": "b"}')]
    )
    run_id = (await agent.run())["id"]

    async def both() -> bool:
        return len((await agent.get("/api/v1/approvals", status="pending"))["items"]) == 2

    await until(both)
    for approval in (await agent.get("/api/v1/approvals", status="pending"))["items"]:
        await decide(agent, approval, "once")
    assert (await agent.ended(run_id))["status"] == "succeeded"


async def test_cancelled_run_withdraws_its_question(agent: Agent, provider: Provider) -> None:
    """Nobody can decide for a run that has ended."""
    provider.call("write_file", WRITE)
    run_id = (await agent.run())["id"]
    approval = await agent.pending(run_id)
    await agent.http.post(f"/api/v1/runs/{run_id}/cancel")
    late = await agent.http.post(f"/api/v1/approvals/{approval['id']}", json={"decision": "once"})
    assert (late.status_code, late.json()["code"]) == (409, "approval_decided")
    assert (await agent.get("/api/v1/approvals", status="cancelled"))["items"][0]["id"] == approval["id"]


async def test_run_that_waits_for_a_person_holds_no_place(serve: Any, provider: Provider) -> None:
    """With one place, another run works while the first one waits."""
    agent = await serve(AGENT_MAX_RUNS="1")
    provider.call("write_file", WRITE)
    waiting = await agent.run("write")
    approval = await agent.pending(waiting["id"])
    assert (await agent.ended((await agent.run("other"))["id"]))["status"] == "succeeded"
    await decide(agent, approval, "once")
    assert (await agent.ended(waiting["id"]))["status"] == "succeeded"


async def test_unknown_approvals_and_rules_are_told(agent: Agent) -> None:
    """404 with the word for what is missing."""
    missing = await agent.http.post("/api/v1/approvals/apr_none", json={"decision": "once"})
    assert (missing.status_code, missing.json()["code"]) == (404, "approval_not_found")
    missing = await agent.http.delete("/api/v1/permissions/per_none")
    assert (missing.status_code, missing.json()["code"]) == (404, "permission_not_found")
