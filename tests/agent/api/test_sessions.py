"""Conversations over the API."""

from tests.agent.api.serving import Agent, Provider, until


async def test_conversation_is_named_by_its_first_words(agent: Agent, provider: Provider) -> None:
    """A run without a session begins one; later runs of it go on with what was said."""
    first = await agent.run("Please tell me about the bees in the garden, and about everything else that flies there")
    await agent.ended(first["id"])
    session = await agent.get(f"/api/v1/sessions/{first['session_id']}")
    assert session["title"] == "Please tell me about the bees in the garden, and about…"
    await agent.ended((await agent.run("And the wasps?", session_id=session["id"]))["id"])
    said = [each["content"] for each in provider.requests[1]["messages"][1:]]
    assert said[1:] == ["ok", "And the wasps?"]
    assert (await agent.get(f"/api/v1/sessions/{session['id']}"))["run_count"] == 2


async def test_conversation_keeps_what_tools_said(agent: Agent, provider: Provider) -> None:
    """The next run sees calls and results of the one before, so that it need not look again."""
    provider.call("read_file", {"path": "notes.txt"})
    first = await agent.run("read the notes")
    await agent.ended(first["id"])
    await agent.ended((await agent.run("and?", session_id=first["session_id"]))["id"])
    roles = [each["role"] for each in provider.requests[-1]["messages"]]
    assert roles == ["system", "user", "assistant", "tool", "assistant", "user"]


async def test_conversation_goes_on_after_a_run_that_was_broken_off(agent: Agent, provider: Provider) -> None:
    """A question that got no answer is remembered; a call without a result is not."""
    provider.call("write_file", {"path": "a", "content": ""})
    first = await agent.run("write it")
    await agent.pending(first["id"])
    await agent.http.post(f"/api/v1/runs/{first['id']}/cancel")
    await agent.ended((await agent.run("never mind", session_id=first["session_id"]))["id"])
    said = [(each["role"], each["content"]) for each in provider.requests[-1]["messages"][1:]]
    assert said == [("user", "write it"), ("user", "never mind")]


async def test_conversations_are_listed_renamed_pinned_deleted(agent: Agent, provider: Provider) -> None:
    """The last used first; deleting one takes its runs along."""
    runs = [await agent.run(text) for text in ("one", "two", "three")]
    for run in runs:
        await agent.ended(run["id"])
    await agent.ended((await agent.run("again", session_id=runs[0]["session_id"]))["id"])
    page = await agent.get("/api/v1/sessions", limit=2)
    rest = await agent.get("/api/v1/sessions", cursor=page["next_cursor"])
    assert [each["title"] for each in page["items"] + rest["items"]] == ["one", "three", "two"]
    path = f"/api/v1/sessions/{runs[1]['session_id']}"
    changed = await agent.http.patch(path, json={"title": "  Zwei ", "pinned": True})
    assert (changed.json()["title"], changed.json()["pinned"]) == ("Zwei", True)
    assert [each["title"] for each in (await agent.get("/api/v1/sessions", q="zwei"))["items"]] == ["Zwei"]
    assert (await agent.http.delete(path)).status_code == 204
    assert (await agent.http.get(path)).json()["code"] == "session_not_found"
    assert (await agent.http.get(f"/api/v1/runs/{runs[1]['id']}")).status_code == 404


async def test_conversation_is_not_deleted_under_a_run(agent: Agent, provider: Provider) -> None:
    """While a run of it is under way: 409, and nothing is lost."""
    provider.hold("first", " never")
    run = await agent.run()
    await until(lambda: bool(provider.requests))
    refused = await agent.http.delete(f"/api/v1/sessions/{run['session_id']}")
    assert (refused.status_code, refused.json()["code"]) == (409, "session_active")
    assert (await agent.get(f"/api/v1/runs/{run['id']}"))["status"] == "running"
