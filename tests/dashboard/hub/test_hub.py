"""What pages hear on `/api/stream`."""

import asyncio
from contextlib import AsyncExitStack

import httpx
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.dashboard.fakes import Upstream, listening, run_event, until


async def test_page_hears_both_services(page: httpx.AsyncClient, agent: Upstream, tracker: Upstream) -> None:
    """Events come under the service's name, with the data as sent, and an id to resume by."""
    async with listening(page) as heard:
        assert heard.states("agent") == heard.states("tracker") == ["ok"]
        agent.news.publish("runs", {"action": "created", "id": "run_1"})
        tracker.news.publish("issue.new", {"id": "iss_1", "title": "Café \u2028"})
        await until(lambda: len(heard.events) == 4)
    assert heard.of("agent.runs") == [{"action": "created", "id": "run_1"}]
    assert heard.of("tracker.issue.new") == [{"id": "iss_1", "title": "Café \u2028"}]
    assert len(heard.ids) == 2


async def test_many_pages_share_one_subscription(page: httpx.AsyncClient, agent: Upstream) -> None:
    """Twenty pages cost the agent one stream, and one more for a run that they follow."""
    agent.run_events["run_1"] = [run_event(1)]
    async with AsyncExitStack() as stack:
        pages = [await stack.enter_async_context(listening(page, runs="run_1")) for _ in range(20)]
        await until(lambda: all(heard.of("run") for heard in pages))
        agent.run_events["run_1"].append(run_event(2))
        agent.news.publish("health", {"name": "models"})
        await until(lambda: all(heard.of("agent.health") and len(heard.of("run")) == 2 for heard in pages))
        assert agent.streams_opened == 1
        assert len(agent.asked("/api/v1/runs/run_1/events")) == 1


async def test_page_resumes_where_it_left(page: httpx.AsyncClient, agent: Upstream) -> None:
    """A browser that reconnects gets what it missed; an id from another life of the dashboard means `resync`."""
    async with listening(page) as before:
        agent.news.publish("runs", {"id": "run_1"})
        await until(lambda: before.of("agent.runs"))
    agent.news.publish("runs", {"id": "run_2"})
    await asyncio.sleep(0.1)
    async with listening(page, last_event_id=before.ids[-1]) as after:
        await until(lambda: after.of("agent.runs"))
        assert after.of("agent.runs") == [{"id": "run_2"}]
    for odd in ("00000000-1", "nonsense", "é", "-", "9" * 500):
        async with listening(page, last_event_id=odd) as lost:
            assert lost.of("resync") == [{}]


async def test_agent_restarts_while_pages_watch(page: httpx.AsyncClient, agent: Upstream, tracker: Upstream) -> None:
    """Pages are told it is down, stay connected, hear the tracker meanwhile, and the agent soon after it is back."""
    loop = asyncio.get_running_loop()
    async with listening(page) as heard:
        agent.news.publish("runs", {"id": "run_1"})
        await until(lambda: heard.of("agent.runs"))
        await agent.stop()
        await until(lambda: heard.states("agent")[-1] == "down")
        tracker.news.publish("issue.new", {"id": "iss_1"})
        await until(lambda: heard.of("tracker.issue.new"))
        assert "refused" in str(heard.of("upstream")[-1]["detail"])
        await agent.start()
        began = loop.time()
        await until(lambda: heard.states("agent")[-1] == "ok" and heard.of("resync"))
        assert loop.time() - began < 2
        agent.news.publish("runs", {"id": "run_2"})
        await until(lambda: len(heard.of("agent.runs")) == 2)
        assert not heard.ended


async def test_stream_answers_200_with_everything_down(
    page: httpx.AsyncClient, agent: Upstream, tracker: Upstream
) -> None:
    """A browser gives up for good on anything else."""
    await agent.stop()
    await tracker.stop()
    async with listening(page, runs="run_1") as heard:
        assert heard.status == 200
        await until(lambda: {heard.states(name)[-1] for name in ("agent", "tracker")} == {"down"})
        await agent.start()
        await tracker.start()
        await until(lambda: {heard.states(name)[-1] for name in ("agent", "tracker")} == {"ok"})


async def test_run_goes_on_after_a_restart_without_gap_or_double(page: httpx.AsyncClient, agent: Upstream) -> None:
    """A followed run's events come once each, in order, across a crash of the agent."""
    agent.run_events["run_1"] = [run_event(1), run_event(2)]
    async with listening(page, runs="run_1") as heard:
        await until(lambda: len(heard.of("run")) == 2)
        await agent.stop()
        agent.run_events["run_1"] += [run_event(3)]
        await agent.start()
        await until(lambda: len(heard.of("run")) == 3)
        agent.run_events["run_1"] += [run_event(4, "run.status", status="succeeded")]
        await until(lambda: len(heard.of("run")) == 4)
        assert [event["seq"] for event in heard.of("run")] == [1, 2, 3, 4]
        assert heard.of("run")[3] == {"run_id": "run_1", **run_event(4, "run.status", status="succeeded")}
        calls = len(agent.asked("/api/v1/runs/run_1/events"))
        await asyncio.sleep(0.6)
        assert len(agent.asked("/api/v1/runs/run_1/events")) == calls  # it has ended: nobody asks again


async def test_later_page_gets_a_followed_run_too(page: httpx.AsyncClient, agent: Upstream) -> None:
    """What came just before it joined is told again: its own reading of the past may have ended before that."""
    agent.run_events["run_1"] = [run_event(1)]
    async with listening(page, runs="run_1") as first:
        await until(lambda: first.of("run"))
        async with listening(page, runs="run_1,run_2") as second:
            await until(lambda: second.of("run"))
            assert second.of("run")[0]["seq"] == 1


async def test_ended_run_that_goes_on_is_followed_again(page: httpx.AsyncClient, agent: Upstream) -> None:
    """Somebody resumed it: the page sees that without a reload."""
    agent.run_events["run_1"] = [run_event(1, "run.status", status="failed")]
    async with listening(page, runs="run_1") as heard:
        await until(lambda: heard.of("run"))
        await asyncio.sleep(0.5)
        agent.run_events["run_1"] += [run_event(2)]
        agent.news.publish("runs", {"action": "updated", "id": "run_1", "run": {"status": "running"}})
        await until(lambda: len(heard.of("run")) == 2)


async def test_unfollowed_run_is_let_go(page: httpx.AsyncClient, agent: Upstream) -> None:
    """When no page follows it any more, the agent is not asked for it any more."""
    agent.run_events["run_1"] = [run_event(1)]
    async with listening(page, runs="run_1") as heard:
        await until(lambda: heard.of("run"))
    await asyncio.sleep(0.1)
    await agent.stop()
    await agent.start()
    await asyncio.sleep(0.6)
    assert len(agent.asked("/api/v1/runs/run_1/events")) == 1


async def test_run_that_is_not_there_is_asked_for_once(page: httpx.AsyncClient, agent: Upstream) -> None:
    """The page hears that from its own request."""
    async with listening(page, runs="missing") as heard:
        await asyncio.sleep(0.9)
        assert heard.of("run") == []
    assert len(agent.asked("/api/v1/runs/missing/events")) == 1


async def test_what_no_run_is_called_is_not_asked_for(page: httpx.AsyncClient, agent: Upstream) -> None:
    """Neither a path in disguise nor a name without end reaches the agent; the run beside them is followed."""
    agent.run_events["run_1"] = [run_event(1)]
    async with listening(page, "..,../../x,a/b,%2e%2e,%00,,run_1," + "x" * 200) as heard:
        await until(lambda: heard.of("run"))
    assert {seen.raw_path for seen in agent.seen if "/runs" in seen.raw_path} == {"/api/v1/runs/run_1/events"}


async def test_service_that_refuses_is_degraded_not_down(page: httpx.AsyncClient, agent: Upstream) -> None:
    """The status names a wrong token, which no waiting mends."""

    async def refuse(_request: Request) -> Response:
        return JSONResponse({"code": "unauthorized"}, 401)

    async with listening(page) as heard:
        agent.handlers["/api/v1/stream"] = refuse
        await agent.stop()
        await agent.start()
        await until(lambda: "token" in str(heard.of("upstream")[-1]["detail"]))
        assert heard.states("agent")[-1] == "degraded"


async def test_unreadable_event_costs_only_itself(page: httpx.AsyncClient, agent: Upstream) -> None:
    """What is no JSON object is left out, the next one comes."""
    async with listening(page) as heard:
        agent.news.publish("runs", ["no", "object"])
        agent.news.publish("runs", {"id": "run_1"})
        await until(lambda: heard.of("agent.runs"))
        assert heard.of("agent.runs") == [{"id": "run_1"}]


async def test_stream_of_a_session_that_ended_meanwhile_ends_at_once(page: httpx.AsyncClient, app: FastAPI) -> None:
    """Let in just before it ended, a page must not hear on as if nothing had happened."""
    session_id = (await page.get("/auth/session")).json()["session_id"]
    app.state.parts.hub.end_session(session_id)
    async with listening(page) as heard:
        await until(lambda: heard.ended)
    assert heard.status == 200
    assert heard.events == []


async def test_revoked_session_hears_no_more(page: httpx.AsyncClient, script: httpx.AsyncClient) -> None:
    """Whoever is thrown out is out at once, also from a stream that is open."""
    session_id = (await page.get("/auth/session")).json()["session_id"]
    async with listening(page) as heard:
        assert (await script.delete(f"/auth/sessions/{session_id}")).status_code == 204
        await until(lambda: heard.ended)
    assert (await page.get("/api/status")).status_code == 401
