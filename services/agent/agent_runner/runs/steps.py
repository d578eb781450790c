"""The steps of a run, made from its events. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import cast

from kit.jsontypes import Json, JsonObject

from agent_runner.storage.records import Event

_RESULT = ("text", "truncated", "ref", "structured", "attachments")


@dataclass(frozen=True, slots=True)
class Step:
    """One model call or tool call. Times are milliseconds since 1970."""

    index: int
    kind: str
    name: str
    started_at: int
    status: str = "running"
    ended_at: int | None = None
    duration_ms: float | None = None
    call_id: str | None = None
    usage: JsonObject | None = None
    arguments: Json = None
    permission: JsonObject | None = None
    result: JsonObject | None = None
    error: JsonObject | None = None


def steps_of(events: Iterable[Event]) -> list[Step]:
    """The steps in the order begun. A step that the run's end found running was cancelled."""
    steps: dict[int, Step] = {}
    for event in events:
        index = event.data.get("index")
        if event.type == "step.started":
            step = _started(event)
            steps[step.index] = step
        elif isinstance(index, int) and index in steps:
            steps[index] = _later(steps[index], event)
        elif event.data.get("status") in {"succeeded", "failed", "cancelled"}:
            steps = {at: _ended(step, event) for at, step in steps.items()}
    return list(steps.values())


def _started(event: Event) -> Step:
    data = event.data
    call_id = cast("str | None", data.get("call_id"))
    return Step(cast("int", data["index"]), str(data["kind"]), str(data["name"]), event.ts, call_id=call_id)


def _later(step: Step, event: Event) -> Step:
    data = event.data
    if event.type == "tool.call":
        return replace(step, arguments=data["arguments"], permission=cast("JsonObject | None", data.get("permission")))
    if event.type == "tool.result":
        result = {key: data[key] for key in _RESULT if key in data}
        return replace(step, result=result)
    if event.type == "step.finished":
        return replace(
            step,
            status=str(data["status"]),
            ended_at=event.ts,
            duration_ms=cast("float", data["duration_ms"]),
            usage=cast("JsonObject | None", data.get("usage")),
            error=cast("JsonObject | None", data.get("error")),
        )
    return step


def _ended(step: Step, event: Event) -> Step:
    if step.status != "running":
        return step
    return replace(step, status="cancelled", ended_at=event.ts, duration_ms=float(event.ts - step.started_at))
