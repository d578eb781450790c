"""Whatever comes in, the answer is a problem that helps, and never a 5xx."""

import json
from collections.abc import AsyncGenerator
from typing import Any

import httpx

from tests.agent.api.serving import TOKEN, Agent, Provider

POSTS: dict[str, dict[str, Any]] = {
    "/api/v1/runs": {"input": "hello"},
    "/api/v1/permissions": {"pattern": "write_file", "decision": "ask"},
    "/api/v1/approvals/apr_none": {"decision": "once"},
}
CHAT = {"model": "agent", "messages": [{"role": "user", "content": "hello"}]}


def problem(response: httpx.Response, *statuses: int) -> dict[str, Any]:
    assert response.status_code in statuses, (response.status_code, response.text[:500])
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert body["detail"]
    assert body["code"]
    return body


async def test_unknown_fields_are_refused(agent: Agent) -> None:
    """On the management endpoints: a misspelt field is told, not passed over."""
    for path, body in POSTS.items():
        found = problem(await agent.http.post(path, json={**body, "extra": 1}), 422)
        assert found["errors"][0]["loc"][-1] == "extra"
    refused = await agent.http.patch("/api/v1/sessions/ses_1", json={"name": "x"})
    problem(refused, 422)


async def test_wrong_types_are_refused(agent: Agent) -> None:
    """Each with the place and the reason."""
    wrong: list[tuple[str, Any]] = [
        ("/api/v1/runs", {"input": 5}),
        ("/api/v1/runs", {"input": ""}),
        ("/api/v1/runs", {}),
        ("/api/v1/runs", {"input": "x", "messages": [{"role": "user", "content": "x"}]}),
        ("/api/v1/runs", {"messages": []}),
        ("/api/v1/runs", {"messages": [{"role": "king", "content": "x"}]}),
        ("/api/v1/runs", {"messages": [{"role": "user"}]}),
        ("/api/v1/runs", {"messages": [{"role": "tool", "content": "x"}]}),
        ("/api/v1/runs", {"messages": [{"role": "user", "content": "x", "colour": "red"}]}),
        ("/api/v1/runs", {"input": "x", "max_steps": 0}),
        ("/api/v1/runs", {"input": "x", "max_steps": 10**30}),
        ("/api/v1/runs", {"input": "x", "max_steps": True}),
        ("/api/v1/runs", {"input": "x", "max_steps": "5"}),
        ("/api/v1/runs", {"input": "x", "approval": "maybe"}),
        ("/api/v1/runs", {"input": "x", "session_id": "../x"}),
        ("/api/v1/runs", {"input": "x", "session_id": ""}),
        ("/api/v1/runs", {"input": "x", "metadata": [1]}),
        ("/api/v1/runs", {"input": "x", "tools": "all"}),
        ("/api/v1/runs", ["input"]),
        ("/api/v1/runs", "input"),
        ("/api/v1/runs", None),
        ("/api/v1/permissions", {"pattern": "", "decision": "ask"}),
        ("/api/v1/permissions", {"pattern": "x", "decision": "perhaps"}),
        ("/api/v1/permissions", {"pattern": "x", "decision": "ask", "scope": "session"}),
        ("/api/v1/approvals/apr_none", {"decision": "twice"}),
    ]
    for path, body in wrong:
        problem(await agent.http.post(path, json=body), 422)


async def test_broken_bodies_are_refused(agent: Agent) -> None:
    """No JSON, cut JSON, no UTF-8, too deep, and no body at all."""
    bodies = [
        b"",
        b"{",
        b"nonsense",
        b'{"input": "x',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"input":' + b"[" * 70 + b"]" * 70,
    ]
    for body in bodies:
        for path in POSTS:
            headers = {"Content-Type": "application/json"}
            problem(await agent.http.post(path, content=body + b"}", headers=headers), 400, 422)
        response = await agent.http.post(
            "/v1/chat/completions", content=body, headers={"Content-Type": "application/json"}
        )
        assert response.status_code == 400
        assert response.json()["error"]["message"]


async def test_large_bodies_are_refused(agent: Agent) -> None:
    """10 MiB: 413, declared or not, in the format of the surface."""
    body = json.dumps({"input": "x" * (10 << 20)}).encode()

    async def undeclared() -> AsyncGenerator[bytes]:
        for start in range(0, len(body), 1 << 20):
            yield body[start : start + (1 << 20)]

    for path in POSTS:
        problem(await agent.http.post(path, content=body), 413)
    problem(await agent.http.post("/api/v1/runs", content=undeclared()), 413)
    refused = await agent.http.post("/v1/chat/completions", content=body)
    assert (refused.status_code, refused.json()["error"]["code"]) == (413, "too_large")


async def test_nul_and_surrogates_are_taken_and_kept_apart(agent: Agent, provider: Provider) -> None:
    """Text that no database stores is made storable; the run works."""
    headers = {"Content-Type": "application/json"}
    body = rb'{"input": "a\u0000b\ud800c", "metadata": {"k\u0000": "\udfff", "n": NaN}}'
    made = (await agent.http.post("/api/v1/runs", content=body, headers=headers)).json()
    run = await agent.ended(made["id"])
    assert run["status"] == "succeeded"
    assert run["input"][0]["content"] == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}c"
    body = rb'{"model": "agent", "messages": [{"role": "user", "content": "\u0000\ud800"}]}'
    assert (await agent.http.post("/v1/chat/completions", content=body, headers=headers)).status_code == 200


async def test_bad_cursors_are_refused(agent: Agent) -> None:
    """On every list, also a cursor of another list."""
    for text in ("one", "two"):
        await agent.ended((await agent.run(text))["id"])
    other = (await agent.get("/api/v1/runs", limit=1))["next_cursor"]
    run_id = (await agent.get("/api/v1/runs"))["items"][0]["id"]
    lists = ["approvals", "permissions", "sessions", "tools", "models", "workspace", f"runs/{run_id}/events"]
    for name in (*lists, "runs"):
        for cursor in ("x", "a" * 900, "W10", "\0", other if name != "runs" else "bm9wZQ"):
            headers = {"Accept": "application/json"}
            response = await agent.http.get(f"/api/v1/{name}", params={"cursor": cursor}, headers=headers)
            assert problem(response, 400)["code"] == "bad_cursor", (name, cursor)


async def test_bad_queries_are_refused(agent: Agent) -> None:
    """Limits, times and words that make no sense are told."""
    run_id = (await agent.run())["id"]
    for query in ("limit=0", "limit=501", "limit=x", "status=done", "source=space", "since=yesterday", "until=9" * 9):
        problem(await agent.http.get(f"/api/v1/runs?{query}"), 422)
    for query in ("after=-1", f"after={10**30}", "after=x"):
        problem(await agent.http.get(f"/api/v1/runs/{run_id}/events?{query}"), 422)
    for query in ("q=%00", "q=%ED%A0%80", "q=%25_", "model=%00,x", "since=0001-01-01", "session_id=%F0%9F%90%9D"):
        assert (await agent.http.get(f"/api/v1/runs?{query}")).status_code in {200, 422}, query


async def test_unknown_things_are_told(agent: Agent) -> None:
    """Whatever stands in the place of an id."""
    for id_ in ("run_none", "%00", "%ED%A0%80", "a" * 3_000, "..%2f.."):
        for method, path in (
            ("GET", f"/api/v1/runs/{id_}"),
            ("GET", f"/api/v1/runs/{id_}/events"),
            ("DELETE", f"/api/v1/runs/{id_}"),
            ("POST", f"/api/v1/runs/{id_}/cancel"),
            ("POST", f"/api/v1/runs/{id_}/retry"),
            ("GET", f"/api/v1/sessions/{id_}"),
            ("DELETE", f"/api/v1/sessions/{id_}"),
            ("DELETE", f"/api/v1/permissions/{id_}"),
        ):
            problem(await agent.http.request(method, path), 404, 405)


async def test_chat_refuses_what_it_cannot_do(agent: Agent) -> None:
    """As OpenAI error objects with the parameter at fault; fields that nobody knows are passed over."""
    wrong: list[tuple[dict[str, Any], int, str | None]] = [
        ({"messages": []}, 400, "messages"),
        ({"messages": [{"role": "king", "content": "x"}]}, 400, "messages.0.role"),
        ({"messages": "hello"}, 400, "messages"),
        ({"model": 5}, 400, "model"),
        ({"model": "nobody:nothing"}, 404, None),
        ({"model": "gpt-4o"}, 404, None),
        ({"n": 3}, 400, "n"),
        ({"temperature": "hot"}, 400, "temperature"),
        ({"tools": [{"type": "function", "function": {"name": "no spaces"}}]}, 400, "tools.0.function.name"),
        ({"max_tokens": 0}, 400, "max_tokens"),
        ({"seed": 10**30}, 400, "seed"),
    ]
    for change, status, param in wrong:
        response = await agent.http.post("/v1/chat/completions", json=CHAT | change)
        error = response.json()["error"]
        assert (response.status_code, error["param"]) == (status, param), change
        assert set(error) == {"message", "type", "param", "code"}
    for header in ({"X-Session-ID": "../x"}, {"X-Approval": "maybe"}):
        refused = await agent.http.post("/v1/chat/completions", json=CHAT, headers=header)
        assert refused.status_code == 400
        assert refused.json()["error"]["message"]
    fine = await agent.http.post(
        "/v1/chat/completions", json=CHAT | {"logprobs": True, "whatever": {"a": 1}, "user": "me"}
    )
    assert fine.status_code == 200


async def test_every_error_on_v1_is_an_openai_error(agent: Agent) -> None:
    """Wrong token, unknown path, wrong method, unknown Host: clients parse them all alike."""
    cases = [
        await agent.http.get("/v1/models", headers={"Authorization": "Bearer wrong"}),
        await agent.http.get("/v1/nothing"),
        await agent.http.get("/v1/chat/completions"),
        await agent.http.post("/v1/embeddings", json={}),
        await agent.http.get("/v1/models", headers={"Host": "evil.example"}),
    ]
    assert [response.status_code for response in cases] == [401, 404, 405, 404, 400]
    for response in cases:
        assert set(response.json()) == {"error"}
        assert response.headers["content-type"] == "application/json"


async def test_token_is_asked_for(agent: Agent) -> None:
    """Everything but the open paths answers 401 without the token, also what does not exist."""
    for header in ("", "Bearer", f"Basic {TOKEN}", "Bearer wrong", f"bearer{TOKEN}", "Bearer \xff"):
        for path in ("/api/v1/runs", "/api/v1/health", "/api/v1/stream", "/api/v1/nothing"):
            headers = [(b"Authorization", header.encode("latin-1"))]
            problem(await agent.http.get(path, headers=headers), 401)


async def test_unknown_host_is_refused(agent: Agent) -> None:
    """A page of another site that points its name at us gets nothing."""
    problem(await agent.http.get("/api/v1/runs", headers={"Host": "evil.example"}), 400)
