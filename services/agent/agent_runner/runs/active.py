"""One run under way: where it stands, kept in memory and written down with every event."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace

import orjson
from kit.clock import now_ms
from kit.database import Unit
from kit.jsontypes import Json, JsonObject

from agent_runner.core.types import Failure, Outcome, Usage
from agent_runner.runs.channel import Channel
from agent_runner.runs.recorder import Recorder
from agent_runner.runs.slots import Place
from agent_runner.storage.happenings import Happening
from agent_runner.storage.records import EventType, RunRecord, RunStatus


class ActiveRun:
    """A run that has not ended. All methods belong to the event loop's thread.

    Guarantee: `record` and the row of the run change together with the event that tells of it.
    """

    def __init__(self, record: RunRecord, channel: Channel, recorder: Recorder, place: Place) -> None:
        self.record = record
        self.channel = channel
        self.place = place
        self.outcome: Outcome | None = None
        self.attended = True
        """There is someone to ask."""
        self.unasked: list[str] = []
        """Tools that were denied because there was nobody to ask."""
        self.finish_reason = "stop"
        """What the provider said of its last answer."""
        self.finished: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done when the run has ended and all of it is stored."""
        self.cancel_reason = "cancelled"
        self._questions = 0
        self._waited = 0.0
        self._waiting_since = 0.0
        self._resuming: asyncio.Task[None] | None = None
        self._uncertain: set[bytes] = set()
        self._recorder = recorder

    @property
    def scope(self) -> str:
        """What a decision for the session holds for: the session, or this run where it has none."""
        return self.record.session_id or self.record.id

    def event(
        self, type_: EventType, data: JsonObject, unit: Unit | None = None, shown: Callable[[], None] | None = None
    ) -> None:
        """Something happened; `unit` is the change of rows that belongs to it, `shown` is called once it is stored."""
        happening = Happening(self.record.id, self.channel.number(type_, data), also=unit)
        self._recorder.record(self.channel, happening, shown)

    def begin(self) -> None:
        """The run has its place and starts to work."""
        self.record = replace(self.record, started_at=now_ms())
        self.status("running")

    def wait_for_person(self) -> None:
        """A call waits for a decision: the place goes to another run meanwhile, and the clock stands still."""
        self._questions += 1
        if self._questions == 1:
            self._waiting_since = time.monotonic()
            self.place.leave()
            self.status("waiting_approval")

    def person_has_answered(self) -> None:
        """A decision has come, or is needed no more; when it was the last one, the run takes its place again."""
        self._questions -= 1
        if self._questions == 0:
            self._waited += time.monotonic() - self._waiting_since
            if self._resuming is None or self._resuming.done():
                self._resuming = asyncio.create_task(self._resume())

    async def go_on(self) -> None:
        """Wait until the run has its place again; at once while another question is open."""
        if self._questions == 0 and self._resuming is not None:
            await asyncio.shield(self._resuming)

    async def _resume(self) -> None:
        await self.place.take()
        if self._questions:
            self.place.leave()
        else:
            self.status("running")

    def clock(self) -> float:
        """Seconds of work: it stands still while the run waits for a person."""
        now = time.monotonic()
        return (self._waiting_since if self._questions else now) - self._waited

    def leave_unasked(self, tool: str) -> None:
        """A tool was denied, or got no answer, because there was nobody to ask."""
        if tool not in self.unasked:
            self.unasked.append(tool)

    def doubt(self, tool: str, arguments: Json) -> None:
        """Nobody knows whether this call was carried out."""
        self._uncertain.add(_key(tool, arguments))

    def is_uncertain(self, tool: str, arguments: Json) -> bool:
        """Exactly this call was made before, and nobody knows whether it was carried out."""
        return bool(self._uncertain) and _key(tool, arguments) in self._uncertain

    def status(self, status: RunStatus, *, also: Unit | None = None) -> None:
        """The run is in another status; `also` is written in the same transaction."""
        self.record = replace(self.record, status=status)
        self._changed("run.status", _status_data(self.record), also)

    def end(self, status: RunStatus, reason: str | None, error: Failure | None, also: Unit) -> None:
        """The run has ended; no event follows."""
        if self._resuming is not None:
            self._resuming.cancel()
        self.record = replace(self.record, reason=reason, error=error, ended_at=now_ms())
        self.channel.forget_words()
        self.status(status, also=also)

    def step_finished(self, data: JsonObject, usage: Usage, also: Unit | None = None) -> None:
        """One more step is done; `also` is written in the same transaction."""
        self.record = replace(self.record, usage=self.record.usage + usage, step_count=self.record.step_count + 1)
        self._changed("step.finished", data, also)

    async def flush(self) -> None:
        """Wait until all that happened so far is stored."""
        await self._recorder.flush()

    def _changed(self, type_: EventType, data: JsonObject, also: Unit | None = None) -> None:
        record = self.record
        happening = Happening(record.id, self.channel.number(type_, data), record, also)
        self._recorder.record(self.channel, happening)


def _key(tool: str, arguments: Json) -> bytes:
    return orjson.dumps([tool, arguments], option=orjson.OPT_SORT_KEYS)


def usage_json(usage: Usage) -> JsonObject:
    """Tokens as the API shows them."""
    return {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "total_tokens": usage.total_tokens,
    }


def failure_json(failure: Failure) -> JsonObject:
    """An error as the API shows it."""
    return {"code": failure.code, "detail": failure.detail}


def _status_data(record: RunRecord) -> JsonObject:
    data: dict[str, Json] = {"status": record.status}
    if record.ended:
        data["reason"] = record.reason
        data["usage"] = usage_json(record.usage)
    if record.error is not None:
        data["error"] = failure_json(record.error)
    return data
