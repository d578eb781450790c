"""Tools, models, health, metrics and the document: what there is to look at."""

from typing import Any

import pytest

from tests.agent.api.conftest import Serve
from tests.agent.api.serving import Agent, Provider, until


async def test_tools_are_listed_by_page(agent: Agent) -> None:
    """By name, with schema and permission; reading is allowed and the rest asks."""
    page = await agent.get("/api/v1/tools", limit=3)
    rest = await agent.get("/api/v1/tools", cursor=page["next_cursor"])
    tools = page["items"] + rest["items"]
    assert [tool["name"] for tool in tools] == sorted(tool["name"] for tool in tools)
    assert all(tool["permission"] == ("allow" if tool["read_only"] else "ask") for tool in tools)
    assert all(tool["input_schema"]["type"] == "object" for tool in tools)


async def test_models_are_those_found(agent: Agent) -> None:
    """Those of the providers and the built-in one; the default is marked."""

    async def found() -> bool:
        return any(model["id"] == "openai:mock" for model in (await agent.get("/api/v1/models"))["items"])

    await until(found)
    models = {model["id"]: model for model in (await agent.get("/api/v1/models"))["items"]}
    assert models["openai:mock"]["default"] is True
    assert models["builtin:operator"]["available"] is True
    listed = (await agent.get("/v1/models"))["data"]
    assert [model["id"] for model in listed] == ["agent", "openai:mock", "builtin:operator"]
    assert {model["object"] for model in listed} == {"model"}


async def test_models_tell_what_they_were_used_for(agent: Agent, provider: Provider) -> None:
    """Runs, failures and tokens of the last 30 days, when the last was; nothing for one that was not asked."""

    async def models() -> dict[str, Any]:
        return {model["id"]: model["usage"] for model in (await agent.get("/api/v1/models"))["items"]}

    provider.call("list_files", {})
    run = await agent.ended((await agent.run())["id"])
    provider.fail(400, "no more")
    assert (await agent.chat()).status_code == 400

    async def listed() -> bool:
        return "openai:mock" in await models()

    await until(listed)
    used = await models()
    assert used["openai:mock"].pop("last_used_at") >= run["created_at"]
    tokens = {"input_tokens": 14, "output_tokens": 6, "total_tokens": 20}
    assert used["openai:mock"] == {"runs": 2, "failed_runs": 1, **tokens}
    assert used["builtin:operator"]["runs"] == 0
    assert used["builtin:operator"]["last_used_at"] is None


async def test_a_small_model_gets_what_its_window_holds(serve: Serve, provider: Provider) -> None:
    """A conversation too long for it is summarized first, though it is far below the limit of the settings."""
    provider.window = 4_000
    agent = await serve()

    async def known() -> bool:
        models = {model["id"]: model for model in (await agent.get("/api/v1/models"))["items"]}
        return models.get("openai:mock", {}).get("context_window") == 4_000

    await until(known)
    provider.say("a summary")
    provider.say("an answer")
    said = [{"role": role, "content": role * 1_000} for role in ("user", "assistant", "user", "assistant")]
    answer = await agent.chat(messages=[*said, {"role": "user", "content": "and now?"}])
    assert answer.json()["choices"][0]["message"]["content"] == "an answer"
    assert len(provider.requests) == 2
    size = sum(len(message["content"]) for message in provider.requests[1]["messages"])
    assert size < sum(len(message["content"]) for message in said)
    assert provider.requests[1]["messages"][-1]["content"] == "and now?"


async def test_health_names_every_component(agent: Agent) -> None:
    """Always 200, each with a status, since when, and why."""
    components = {each["name"]: each for each in (await agent.get("/api/v1/health"))["components"]}
    assert set(components) == {"storage", "models", "workspace", "runs", "mcp", "reporting"}
    assert components["storage"]["status"] == "ok"
    assert all(each["detail"] and each["since"].endswith("Z") for each in components.values())


async def test_health_tells_of_a_model_that_does_not_answer(serve: Serve) -> None:
    """The default model's provider is away: the component is down and says which."""
    agent = await serve(OPENAI_BASE_URL="http://127.0.0.1:9/v1")

    async def down() -> bool:
        components = {each["name"]: each for each in (await agent.get("/api/v1/health"))["components"]}
        return components["models"]["status"] == "down" and "openai:mock" in components["models"]["detail"]

    await until(down)


async def test_metrics_count_runs_models_tools_and_tokens(agent: Agent, provider: Provider) -> None:
    """In Prometheus' format, open without a token; names that a model made up do not make series."""
    provider.call("made_up_by_the_model", {})
    provider.call("list_files", {})
    await agent.chat()
    text = (await agent.http.get("/metrics", headers={"Authorization": ""})).text
    assert 'agent_runs_total{source="openai",status="succeeded"} 1.0' in text
    assert 'agent_model_calls_total{model="openai:mock",status="ok"} 3.0' in text
    assert 'agent_tool_calls_total{status="ok",tool="list_files"} 1.0' in text
    assert 'agent_tool_calls_total{status="error",tool="unknown"} 1.0' in text
    assert 'agent_tokens_total{kind="input",model="openai:mock"} 21.0' in text
    assert "agent_run_seconds_count 1.0" in text
    assert "made_up" not in text


async def test_document_describes_every_endpoint(agent: Agent) -> None:
    """Each operation has a summary and, where it answers JSON, a schema."""
    document = (await agent.http.get("/openapi.json", headers={"Authorization": ""})).json()
    for path, item in document["paths"].items():
        for method, operation in item.items():
            assert operation["summary"], (method, path)
            good: dict[str, Any] = next(answer for code, answer in operation["responses"].items() if code[0] == "2")
            assert "content" in good or "204" in operation["responses"], (method, path)
    assert {"/v1/chat/completions", "/api/v1/runs/{run_id}/events", "/api/v1/stream"} <= set(document["paths"])


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics", "/docs", "/openapi.json"])
async def test_open_paths_need_no_token(agent: Agent, path: str) -> None:
    """What a supervisor, a scraper or a reader of the docs needs."""
    assert (await agent.http.get(path, headers={"Authorization": ""})).status_code == 200
