"""The plain journal: does each step and writes down what came of it."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import cast

import orjson
from kit.database import Unit
from kit.jsontypes import Json, JsonObject

from agent_runner.core.ports import Allowed, ModelFailedError, S, StepInfo, Verdict
from agent_runner.core.types import Delta, Failure, Progress, Reply, ToolCall, ToolOutcome, Usage
from agent_runner.mcp_manager.errors import OutcomeUnknown
from agent_runner.runs.active import ActiveRun, failure_json, usage_json
from agent_runner.runs.ledger import Call, Ledger
from agent_runner.runs.ports import Listener
from agent_runner.runs.telemetry import Telemetry
from agent_runner.storage.calls import CallEnd
from agent_runner.storage.codec import call_to_json
from agent_runner.storage.records import CallRecord, CallStatus

_PROGRESS_S = 0.1


@dataclass(frozen=True, slots=True)
class _End:
    status: str
    failure: Failure | None = None
    error: BaseException | None = None
    result: Reply | ToolOutcome | None = None


_BROKEN = _End("error", Failure("internal_error", "something went wrong here; the log has it"))


class PlainJournal:
    """A core `Journal` for runs that do not outlive the process.

    Guarantee: a step is recorded when it starts and when it ends, however it ends. A tool that writes starts only after
    all before it is stored, so that after a crash the run can say what may have happened.
    """

    def __init__(self, run: ActiveRun, telemetry: Telemetry, ledger: Ledger, listener: Listener | None = None) -> None:
        self._run = run
        self._telemetry = telemetry
        self._ledger = ledger
        self._listener = listener
        self._calls: dict[int, CallRecord] = {}
        self._progressed: dict[int, float] = {}

    async def step(self, info: StepInfo, work: Callable[[], Awaitable[S]]) -> S:
        """Do one step and record it; what `work` raises is recorded and passed on."""
        self._started(info)
        if info.writes:
            await self._run.flush()
        started = time.perf_counter()
        end = _BROKEN
        try:
            result = await work()
            end = _ended(result)
        except ModelFailedError as error:
            end = _End("error", error.failure, error)
            raise
        except asyncio.CancelledError:
            end = _End("cancelled")
            raise
        finally:
            self._finished(info, end, time.perf_counter() - started)
        return result

    def delta(self, info: StepInfo, delta: Delta) -> None:
        """Show words as they come."""
        self._run.channel.words(info.index, delta.kind, delta.text)
        if self._listener is not None:
            self._listener(info.index, delta)

    def message(self, info: StepInfo, reply: Reply) -> None:
        """Record a whole message."""
        message = reply.message
        data: dict[str, Json] = {"index": info.index, "role": "assistant", "content": message.content}
        if message.reasoning:
            data["reasoning"] = message.reasoning
        if message.tool_calls:
            data["tool_calls"] = [call_to_json(call) for call in message.tool_calls]
        self._run.channel.forget_words()
        self._run.finish_reason = reply.finish_reason
        self._run.event("message.completed", data)

    def progress(self, info: StepInfo, progress: Progress) -> None:
        """Show how far a tool is, not more often than people can see."""
        now = time.monotonic()
        whole = progress.total is not None and progress.done >= progress.total
        if whole or now - self._progressed.get(info.index, 0.0) >= _PROGRESS_S:
            self._progressed[info.index] = now
            call_id = info.call.id if info.call else ""
            self._run.channel.progress(info.index, call_id, progress)

    def _started(self, info: StepInfo) -> None:
        self._run.event("step.started", _about(info))
        if info.call is None:
            return
        arguments = shown_arguments(info.call)
        call = {"index": info.index, "call_id": info.call.id, "tool": info.name, "arguments": arguments}
        if info.verdict is None or info.spec is None:
            self._run.event("tool.call", call)
            return
        record = self._run.record
        made = Call(info.spec, arguments, info.verdict, info.call.id, record.id, record.session_id, info.index)
        self._calls[info.index], unit = self._ledger.begun(made)
        self._run.event("tool.call", {**call, "permission": _permission(info.verdict)}, unit)

    def _finished(self, info: StepInfo, end: _End, seconds: float) -> None:
        duration_ms = round(seconds * 1000, 3)
        usage = end.result.usage if isinstance(end.result, Reply) else Usage()
        if isinstance(end.result, ToolOutcome) and info.call is not None:
            self._run.event("tool.result", _result(info, info.call, end.result, duration_ms))
        if info.call is not None and end.failure is not None and end.failure.code == OutcomeUnknown.code:
            self._run.doubt(info.name, shown_arguments(info.call))
        data: dict[str, Json] = {**_about(info), "status": end.status, "duration_ms": duration_ms}
        if isinstance(end.result, Reply):
            data["usage"] = usage_json(usage)
        if end.failure is not None:
            data["error"] = failure_json(end.failure)
        self._run.step_finished(data, usage, self._recorded(info, end, duration_ms))
        self._count(info, end, seconds, usage)

    def _recorded(self, info: StepInfo, end: _End, duration_ms: float) -> Unit | None:
        record = self._calls.pop(info.index, None)
        if record is None:
            return None
        return self._ledger.ended(record, CallEnd(cast("CallStatus", end.status), end.failure, duration_ms))

    def _count(self, info: StepInfo, end: _End, seconds: float, usage: Usage) -> None:
        record = self._run.record
        if info.kind == "model":
            self._telemetry.model_call(record, info, end.status, seconds, usage)
        else:
            self._telemetry.tool_call(record, info, end.status, seconds, end.failure)
        if end.status == "error" and end.failure is not None:
            self._telemetry.step_failed(record, info, end.failure, end.error)


def shown_arguments(call: ToolCall) -> Json:
    """A call's arguments as JSON; the text as the model wrote it where that is none."""
    try:
        return orjson.loads(call.arguments) if call.arguments.strip() else {}
    except orjson.JSONDecodeError:
        return call.arguments


def _ended(result: Reply | ToolOutcome) -> _End:
    if isinstance(result, Reply):
        return _End("ok", result=result)
    return _End(result.status, result.failure, result=result)


def _permission(verdict: Verdict) -> JsonObject:
    grant = verdict.grant
    data: dict[str, Json] = {"decision": "allow" if isinstance(verdict, Allowed) else "deny", "by": grant.by}
    if grant.rule_id is not None:
        data["rule_id"] = grant.rule_id
    if grant.approval_id is not None:
        data["approval_id"] = grant.approval_id
    return data


def _about(info: StepInfo) -> dict[str, Json]:
    about: dict[str, Json] = {"index": info.index, "kind": info.kind, "name": info.name}
    if info.call is not None:
        about["call_id"] = info.call.id
    return about


def _result(info: StepInfo, call: ToolCall, outcome: ToolOutcome, duration_ms: float) -> JsonObject:
    data: dict[str, Json] = {
        "index": info.index,
        "call_id": call.id,
        "tool": info.name,
        "ok": outcome.status == "ok",
        "text": outcome.text,
        "truncated": outcome.truncated,
        "duration_ms": duration_ms,
    }
    if outcome.ref is not None:
        data["ref"] = outcome.ref
    if outcome.attachments:
        data["attachments"] = [asdict(attachment) for attachment in outcome.attachments]
    if outcome.structured is not None:
        data["structured"] = outcome.structured
    if outcome.failure is not None:
        data["error"] = failure_json(outcome.failure)
    return data
