"""What a service reports reaches the tracker, however often either of them goes away."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
import pytest
import respx
from kit.client import service_client
from kit.jsontypes import JsonObject
from kit.outbox import Outbox
from kit.problems import StorageUnavailable
from kit.report import Forwarder, Reporter

TRACKER = "http://tracker.test"


def _event(number: int, kind: str = "interaction") -> JsonObject:
    return {"id": f"{number:032x}", "type": kind, "n": number}


@pytest.fixture
async def outbox(tmp_path: Path) -> AsyncIterator[Outbox]:
    """An outbox of ten events."""
    outbox = Outbox(tmp_path / "outbox.db", max_events=10)
    yield outbox
    await outbox.aclose()


@asynccontextmanager
async def _forwarding(outbox: Outbox) -> AsyncIterator[None]:
    async with service_client(TRACKER, "token-token-token") as client:
        task = asyncio.create_task(Forwarder(outbox, client).run())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def _until_empty(outbox: Outbox) -> None:
    async with asyncio.timeout(30):
        while outbox.depth or outbox.lost:
            await asyncio.sleep(0.01)


def _sent(call: respx.models.Call) -> dict[str, list[dict[str, object]]]:
    return json.loads(call.request.content)


async def test_over_its_bound_interactions_go_before_errors_and_are_counted(outbox: Outbox) -> None:
    """The oldest that is no error is dropped first; then the oldest error."""
    await outbox.put([_event(n, "error") for n in range(4)] + [_event(n) for n in range(4, 10)])
    await outbox.put([_event(n, "error") for n in range(10, 18)])
    left = [json.loads(entry.body)["n"] for entry in await outbox.peek(100)]
    assert left == [2, 3, *range(10, 18)]
    assert {(loss.type, loss.count) for loss in await outbox.losses()} == {("interaction", 6), ("error", 2)}


async def test_a_full_disk_costs_nothing_that_was_accepted(outbox: Outbox) -> None:
    """What could not be written counts for nothing: it drives out no event that is there."""
    await outbox.put([_event(n) for n in range(5)])
    with outbox._database.writer.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=20")
    for _ in range(4):
        small, large = [_event(n) for n in range(5, 8)], [{**_event(8), "text": "x" * 500_000}]
        refused = await asyncio.gather(outbox.put(small), outbox.put(large), return_exceptions=True)
        assert [type(problem) for problem in refused] == [StorageUnavailable, StorageUnavailable]
    with outbox._database.writer.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1000000")
    await outbox.put([_event(9)])
    assert (outbox.depth, outbox.lost) == (6, 0)
    assert [json.loads(entry.body)["n"] for entry in await outbox.peek(100)] == [0, 1, 2, 3, 4, 9]


async def test_what_was_put_is_there_after_a_new_start(outbox: Outbox, tmp_path: Path) -> None:
    """The queue is on disk before `put` returns."""
    await outbox.put([_event(1), _event(2)])
    again = Outbox(tmp_path / "outbox.db")
    assert again.depth == 2
    assert [json.loads(entry.body)["n"] for entry in await again.peek(10)] == [1, 2]
    await again.aclose()


@respx.mock
async def test_an_absent_tracker_is_tried_until_it_takes_everything_in_order(outbox: Outbox) -> None:
    """Refused connections, 503 and 429 lose nothing; order is kept."""
    route = respx.post(f"{TRACKER}/api/v1/events").mock(
        side_effect=[httpx.ConnectError("down"), httpx.Response(503), httpx.Response(429), httpx.Response(202)]
    )
    await outbox.put([_event(n) for n in range(5)])
    async with _forwarding(outbox):
        await _until_empty(outbox)
    assert [event["n"] for event in _sent(route.calls[-1])["events"]] == [0, 1, 2, 3, 4]


@respx.mock
async def test_an_event_that_breaks_the_whole_body_is_dropped_alone(outbox: Outbox) -> None:
    """The batch is halved until the culprit stands alone; it is counted, told, and the rest arrives."""
    delivered: list[object] = []
    told: list[object] = []

    def refuse_three(request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        if any(event["n"] == 3 for event in body["events"]):
            return httpx.Response(400)
        delivered.extend(event["n"] for event in body["events"])
        told.extend(body["dropped"])
        return httpx.Response(202)

    respx.post(f"{TRACKER}/api/v1/events").mock(side_effect=refuse_three)
    await outbox.put([_event(n) for n in range(6)])
    async with _forwarding(outbox):
        await _until_empty(outbox)
    assert delivered == [0, 1, 2, 4, 5]
    assert told == [{"type": "interaction", "reason": "refused_400", "count": 1}]


@respx.mock
async def test_losses_are_told_to_the_tracker_once(outbox: Outbox) -> None:
    """What was dropped is in the next batch, and settled when that is taken."""
    route = respx.post(f"{TRACKER}/api/v1/events").mock(return_value=httpx.Response(202))
    await outbox.put([_event(n) for n in range(12)])
    async with _forwarding(outbox):
        await _until_empty(outbox)
    assert _sent(route.calls[0])["dropped"] == [{"type": "interaction", "reason": "spool_full", "count": 2}]
    assert outbox.lost == 0


@respx.mock
async def test_an_error_is_reported_with_its_stack_and_component(outbox: Outbox) -> None:
    """A service's own error arrives whole, cleaned of what JSON cannot carry."""
    route = respx.post(f"{TRACKER}/api/v1/events").mock(return_value=httpx.Response(202))
    reporter = Reporter(outbox, component="agent", release="1.0")
    task = asyncio.create_task(reporter.run())
    try:
        raise RuntimeError("a \ud800 of mine")
    except RuntimeError as error:
        reporter.error("tool_error", str(error), component="agent.tools", error=error, context={"run_id": "run_1"})
    async with _forwarding(outbox), asyncio.timeout(30):
        while not route.calls:
            await asyncio.sleep(0.01)
    task.cancel()
    (event,) = _sent(route.calls[0])["events"]
    assert event["component"] == "agent.tools"
    assert event["kind"] == "tool_error"
    assert event["release"] == "1.0"
    assert "a \N{REPLACEMENT CHARACTER} of mine" in str(event["message"])
    assert "test_an_error_is_reported" in str(event["stack"])


async def test_what_is_buffered_at_the_end_goes_to_disk(outbox: Outbox) -> None:
    """A stop flushes the buffer before it returns."""
    reporter = Reporter(outbox, component="agent", release="1.0")
    task = asyncio.create_task(reporter.run())
    await asyncio.sleep(0)
    reporter.timing("run", 12.5, success=True)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    assert outbox.depth == 1
