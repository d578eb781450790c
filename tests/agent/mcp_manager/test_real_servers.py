"""Five servers that nobody here wrote, over stdio, of both protocol eras."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from agent_runner.mcp_manager.errors import CallRefused, ServerNotFound, ToolNotFound
from agent_runner.mcp_manager.types import (
    AudioPart,
    ImagePart,
    LinkPart,
    Progress,
    ResourcePart,
    TextPart,
)

from tests.agent.mcp_manager.servers import Running, command_line, everything, of_session, running

pytestmark = pytest.mark.asyncio(loop_scope="module")


def text(parts: object) -> str:
    assert isinstance(parts, tuple)
    return "\n".join(part.text for part in parts if isinstance(part, TextPart))


async def test_both_eras_are_spoken(real: Running) -> None:
    """Whichever a server knows; it says who it is."""
    versions = {state.spec.name: state.protocol_version for state in real.manager.servers()}
    assert versions == {
        "everything": "2025-11-25",
        "filesystem": "2025-11-25",
        "memory": "2025-11-25",
        "time": "2026-07-28",
        "git": "2026-07-28",
    }
    assert real.manager.server("filesystem").server_name == "secure-filesystem-server"


async def test_tools_are_listed_with_what_permissions_need(real: Running) -> None:
    """Schema, hints, cost in tokens, and a fingerprint for each."""
    tools = {(tool.server, tool.name): tool for tool in real.manager.tools()}
    read, write = tools["filesystem", "read_text_file"], tools["filesystem", "write_file"]
    assert (read.read_only, write.read_only, write.destructive) == (True, False, True)
    assert "path" in str(read.input_schema)
    assert 0 < read.tokens < real.manager.server("filesystem").tokens
    assert len({tool.fingerprint for tool in tools.values()}) == len(tools)


async def test_tools_do_what_they_say(real: Running, folder: Path) -> None:
    """Each of the five servers, one call."""
    call = real.manager.call
    echoed = await call("everything", "echo", {"message": "hi"})
    assert text(echoed.parts) == "Echo: hi"
    read = await call("filesystem", "read_text_file", {"path": str(folder / "files/hello.txt")})
    assert text(read.parts) == "hello from a file"
    entity = {"name": "Ada", "entityType": "person", "observations": ["has the spare key"]}
    await call("memory", "create_entities", {"entities": [entity]})
    assert "spare key" in text((await call("memory", "search_nodes", {"query": "Ada"})).parts)
    now = await call("time", "get_current_time", {"timezone": "Europe/Rome"})
    assert isinstance(now.structured, dict)
    assert now.structured["timezone"] == "Europe/Rome"
    status = await call("git", "git_status", {"repo_path": str(folder / "repository")})
    assert "branch" in text(status.parts)


async def test_every_kind_of_content_comes_through(real: Running) -> None:
    """Text, pictures, resources whole and by reference, structured values."""
    call = real.manager.call
    image = await call("everything", "get-tiny-image", {})
    assert [part.mime_type for part in image.parts if isinstance(part, ImagePart)] == ["image/png"]
    whole = await call("everything", "get-resource-reference", {"resourceType": "Text", "resourceId": 1})
    (resource,) = [part for part in whole.parts if isinstance(part, ResourcePart)]
    assert resource.text
    links = await call("everything", "get-resource-links", {"count": 2})
    assert len([part for part in links.parts if isinstance(part, LinkPart)]) == 2
    weather = await call("everything", "get-structured-content", {"location": "Chicago"})
    assert isinstance(weather.structured, dict)
    assert not [part for part in weather.parts if isinstance(part, AudioPart)]


async def test_errors_of_tools_and_arguments_are_not_the_servers(real: Running) -> None:
    """They come back as they are, and count for nothing in the breaker."""
    for _ in range(8):
        missing = await real.manager.call("filesystem", "read_text_file", {"path": "/nowhere"})
        assert missing.is_error
        bad = await real.manager.call("everything", "get-sum", {"a": "x"})
        assert bad.is_error
    with pytest.raises(CallRefused):
        await real.manager.read_resource("everything", "demo://nothing/here")
    for name in ("filesystem", "everything"):
        state = real.manager.server(name)
        assert (state.status, state.breaker.failures, state.breaker.status) == ("ready", 0, "closed")
    assert real.heard.troubles == []


async def test_unknown_names_are_said(real: Running) -> None:
    """Of servers and of tools."""
    with pytest.raises(ServerNotFound, match="nobody"):
        await real.manager.call("nobody", "x", {})
    with pytest.raises(ToolNotFound, match="no tool 'x'"):
        await real.manager.call("time", "x", {})


async def test_resources_and_prompts_are_passed_on(real: Running) -> None:
    """Lists from memory, contents from the server."""
    resources = real.manager.resources("everything")
    assert {one.template for one in resources} == {True, False}
    first = next(one for one in resources if not one.template)
    (contents, *_) = await real.manager.read_resource("everything", first.uri)
    assert contents.text or contents.blob
    assert "args-prompt" in [prompt.name for prompt in real.manager.prompts("everything")]
    prompt = await real.manager.get_prompt("everything", "args-prompt", {"city": "Rome"})
    assert "Rome" in repr(prompt.messages)


async def test_progress_comes_while_the_call_runs(real: Running) -> None:
    """With the total, where the server knows it."""
    seen: list[Progress] = []
    arguments = {"duration": 0.5, "steps": 3}
    await real.manager.call("everything", "trigger-long-running-operation", arguments, progress=seen.append)
    assert [(one.done, one.total) for one in seen] == [(1, 3), (2, 3), (3, 3)]


async def test_cancelling_the_caller_cancels_the_call(real: Running) -> None:
    """At once; and the server works on for others."""
    arguments = {"duration": 30, "steps": 30}
    call = asyncio.create_task(real.manager.call("everything", "trigger-long-running-operation", arguments))
    await asyncio.sleep(0.1)
    call.cancel()
    async with asyncio.timeout(1):
        with pytest.raises(asyncio.CancelledError):
            await call
    assert text((await real.manager.call("everything", "echo", {"message": "on"})).parts) == "Echo: on"


async def test_calls_run_at_the_same_time(real: Running) -> None:
    """To one server and to several."""
    slow = real.manager.call("everything", "trigger-long-running-operation", {"duration": 0.4, "steps": 1})
    quick = [real.manager.call("time", "get_current_time", {"timezone": "UTC"}) for _ in range(20)]
    results = await asyncio.gather(slow, *quick)
    assert len(results) == 21


async def test_servers_inherit_only_what_they_need(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the token nor anything else of our environment; what the definition names, they get."""
    monkeypatch.setenv("BINNACLE_TOKEN", "hush-hush-hush-hush")
    spec = replace(everything("nosy"), env={"GIVEN": "${LENT}", "API_KEY": "s3cret-value"})
    async with running(tmp_path, spec, environment={"LENT": "lent", "OTHER": "other"}) as started:
        state = await started.ready("nosy")
        shown = text((await started.manager.call("nosy", "get-env", {})).parts)
        assert '"GIVEN": "lent"' in shown
        assert '"API_KEY": "s3cret-value"' in shown
        assert "OTHER" not in shown
        assert "hush" not in shown
        assert "s3cret-value" not in repr(state)
        assert state.pid is not None
        assert "s3cret" not in command_line(state.pid)
        assert of_session(state.pid)
    assert not of_session(state.pid)
