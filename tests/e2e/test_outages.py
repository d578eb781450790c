"""Each service stopped, killed and restarted under load: the others keep serving, and nothing promised is lost."""

import time
from collections.abc import Callable
from contextlib import ExitStack

import httpx
import pytest

from tests.e2e.composed import SERVICES, Composed, until
from tests.e2e.load import Caller, Reporting, stored_ids

ASK = {"input": "list the files", "approval": "allow"}
ENDS = {"succeeded", "failed", "cancelled"}


def restart(system: Composed, name: str) -> None:
    system.compose("restart", name)


def stop_and_start(system: Composed, name: str) -> None:
    system.compose("stop", name)
    time.sleep(1)
    system.compose("start", name)


def kill_9(system: Composed, name: str) -> None:
    before = system.inspect(name)["RestartCount"]
    system.kill_9(name)
    until(lambda: system.inspect(name)["RestartCount"] > before, f"{name} is started again by the engine")


def ask_for_health(client: httpx.Client, path: str) -> Callable[[], None]:
    def ask() -> None:
        assert client.get(path).status_code == 200

    return ask


@pytest.mark.parametrize("happening", [restart, stop_and_start, kill_9])
@pytest.mark.parametrize("name", SERVICES)
def test_others_keep_serving_and_nothing_promised_is_lost(
    composed: Composed, name: str, happening: Callable[[Composed, str], None]
) -> None:
    """Whatever was answered 202 is there in the end, once, whichever service went away meanwhile."""
    composed.wait_ready()
    with ExitStack() as stack:
        clients = {one: stack.enter_context(composed.client(one)) for one in SERVICES}
        direct = Reporting(clients["tracker"], "/api/v1/events")
        spooled = Reporting(clients["dashboard"], "/api/track")
        # each caller has a client of its own: what one of them meets is not the other's
        others = {one: stack.enter_context(composed.client(one)) for one in SERVICES if one != name}
        paths = {"agent": "/api/v1/runs", "tracker": "/api/v1/issues", "dashboard": "/api/bootstrap"}
        watching = {one: Caller(ask_for_health(client, paths[one])) for one, client in others.items()}
        for caller in (Caller(direct), Caller(spooled), *watching.values()):
            stack.enter_context(caller)
        time.sleep(0.5)
        happening(composed, name)
        took = composed.wait_ready(name)
        time.sleep(1)
        reported = len(direct.promised), len(spooled.promised)
    assert {one: caller.failures for one, caller in watching.items()} == {one: [] for one in watching}
    assert all(reported), reported
    assert took < 10
    assert_all_there_once(composed, direct.promised | spooled.promised)


def assert_all_there_once(composed: Composed, promised: set[str]) -> None:
    with composed.client("tracker") as tracker:
        until(lambda: promised <= set(stored_ids(tracker)), "all that was promised is stored", seconds=30)
        stored = stored_ids(tracker)
    assert len(stored) == len(set(stored))


def test_runs_survive_a_killed_agent(composed: Composed) -> None:
    """Each run that was accepted is there after kill -9, and ends or says why not."""
    composed.wait_ready()
    with composed.client("agent") as agent:
        ids = [agent.post("/api/v1/runs", json=ASK).raise_for_status().json()["id"] for _ in range(10)]
        composed.kill_9("agent")
        time.sleep(0.2)
        composed.wait_ready("agent")
        for run_id in ids:
            until(lambda one=run_id: agent.get(f"/api/v1/runs/{one}").json()["status"] in ENDS, f"{run_id} ends")
            run = agent.get(f"/api/v1/runs/{run_id}").json()
            assert run["status"] == "succeeded" or run["reason"]


def test_session_survives_a_killed_dashboard(composed: Composed) -> None:
    """Nobody has to log in again after a crash."""
    composed.wait_ready()
    with composed.browser() as page:
        composed.kill_9("dashboard")
        time.sleep(0.2)
        composed.wait_ready("dashboard")
        assert page.get("/api/bootstrap").status_code == 200


def test_dashboard_says_who_is_down(composed: Composed) -> None:
    """Proxied calls answer at once with a problem, and all is well soon after the service is back."""
    composed.wait_ready()
    with composed.browser() as page:
        composed.compose("stop", "agent")
        try:
            until(
                lambda: page.get("/api/status").json()["agent"]["status"] == "down",
                "the agent is seen as down",
                seconds=10,
            )
            answer = page.get("/api/agent/runs")
            assert (answer.status_code, answer.json()["code"]) == (503, "upstream_down")
            assert "retry-after" in answer.headers
            assert page.get("/api/tracker/issues").status_code == 200
        finally:
            composed.compose("start", "agent")
        composed.wait_ready("agent")
        assert until(lambda: page.get("/api/agent/runs").status_code == 200, "the agent is reached again") < 2.5


@pytest.mark.parametrize("name", SERVICES)
def test_stops_within_two_seconds(composed: Composed, name: str) -> None:
    """SIGTERM is obeyed, from the first moment on."""
    composed.wait_ready()
    began = time.monotonic()
    composed.compose("stop", name)
    took = time.monotonic() - began
    state = composed.inspect(name)["State"]
    composed.compose("start", name)
    composed.wait_ready(name)
    assert state["ExitCode"] in {0, 143}
    assert took < 4, "docker's own part of it is about a second"
