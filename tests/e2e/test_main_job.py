"""The main job, in containers."""

import httpx

from tests.e2e.composed import SERVICES, Composed, until

ASK = {"input": "list the files", "approval": "allow"}


def test_all_three_serve_with_nothing_set(composed: Composed) -> None:
    """`docker compose up` is all it takes: each service is ready, and soon healthy in the engine's eyes."""
    composed.wait_ready()
    for name in SERVICES:
        until(lambda name=name: composed.inspect(name)["State"]["Health"]["Status"] == "healthy", f"{name} is healthy")


def test_page_is_served_and_login_link_works_once(composed: Composed) -> None:
    """The page is open; behind it only who has a link or the password gets on."""
    page = httpx.get(composed.url("dashboard", "/"), trust_env=False)
    assert page.headers["content-type"].startswith("text/html")
    assert httpx.get(composed.url("dashboard", "/api/bootstrap"), trust_env=False).status_code == 401
    code = composed.login_code()
    for expected in (200, 401):
        answer = httpx.post(
            composed.url("dashboard", "/auth/login"),
            json={"code": code},
            headers={"Sec-Fetch-Site": "same-origin"},
            trust_env=False,
        )
        assert answer.status_code == expected


def test_a_run_from_the_page_ends_well_without_any_model(composed: Composed) -> None:
    """Browser to dashboard to agent and back: the built-in model looks into the workspace."""
    with composed.browser() as page:
        run = page.post("/api/agent/runs", json=ASK).raise_for_status().json()
        until(
            lambda: page.get(f"/api/agent/runs/{run['id']}").json()["status"] not in {"queued", "running"}, "run ends"
        )
        ended = page.get(f"/api/agent/runs/{run['id']}").json()
        assert (ended["status"], ended["error"]) == ("succeeded", None)
        assert any(step["kind"] == "tool" and step["status"] == "ok" for step in ended["steps"])


def test_openai_clients_reach_the_agent(composed: Composed) -> None:
    """The published port takes the shared token as API key."""
    question = {"model": "agent", "messages": [{"role": "user", "content": "what time is it?"}]}
    with composed.client("agent") as agent:
        answer = agent.post("/v1/chat/completions", json=question).raise_for_status().json()
    assert answer["choices"][0]["message"]["content"]


def test_wrong_host_and_missing_token_are_refused(composed: Composed) -> None:
    """Publishing on loopback is not the only guard."""
    for name, path in (("agent", "/api/v1/runs"), ("tracker", "/api/v1/issues"), ("dashboard", "/api/status")):
        assert httpx.get(composed.url(name, path), trust_env=False).status_code == 401
        assert httpx.get(composed.url(name, path), headers={"Host": "evil.example"}, trust_env=False).status_code == 400
