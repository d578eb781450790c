"""Steps, made from events."""

from agent_runner.runs.steps import steps_of
from agent_runner.storage.records import Event, EventType
from kit.jsontypes import Json


def events(*made: tuple[EventType, dict[str, Json]]) -> list[Event]:
    return [Event(seq, type_, 1_000 + seq, data) for seq, (type_, data) in enumerate(made, 1)]


def test_steps_are_what_their_events_tell() -> None:
    """Also of calls that ran at the same time: each event finds its step by index."""
    steps = steps_of(
        events(
            ("step.started", {"index": 0, "kind": "tool", "name": "a", "call_id": "c0"}),
            ("step.started", {"index": 1, "kind": "tool", "name": "b", "call_id": "c1"}),
            ("tool.call", {"index": 1, "call_id": "c1", "tool": "b", "arguments": "{broken"}),
            ("tool.result", {"index": 1, "text": "no", "truncated": True, "ref": "res_1", "ok": False}),
            (
                "step.finished",
                {"index": 1, "status": "error", "duration_ms": 1.5, "error": {"code": "x", "detail": "y"}},
            ),
            ("step.finished", {"index": 0, "status": "ok", "duration_ms": 2.5}),
        )
    )
    assert [(step.index, step.status, step.duration_ms) for step in steps] == [(0, "ok", 2.5), (1, "error", 1.5)]
    assert steps[1].arguments == "{broken"
    assert steps[1].result == {"text": "no", "truncated": True, "ref": "res_1"}
    assert steps[1].error == {"code": "x", "detail": "y"}
    assert (steps[1].started_at, steps[1].ended_at) == (1_002, 1_005)


def test_step_under_way_is_running() -> None:
    """Until the run says otherwise."""
    started = ("step.started", {"index": 0, "kind": "model", "name": "m"})
    assert steps_of(events(started))[0].status == "running"  # type: ignore[arg-type]


def test_step_that_a_crash_broke_off_is_cancelled() -> None:
    """The run's end, written by the next process, ends it."""
    steps = steps_of(
        events(
            ("run.status", {"status": "running"}),
            ("step.started", {"index": 0, "kind": "model", "name": "m"}),
            ("run.status", {"status": "failed", "reason": "interrupted"}),
        )
    )
    assert (steps[0].status, steps[0].ended_at, steps[0].duration_ms) == ("cancelled", 1_003, 1.0)
