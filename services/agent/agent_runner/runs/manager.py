"""All runs of this process: started, queued, cancelled, ended; and those that an earlier process left behind."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import structlog
from kit.clock import now_ms
from kit.database import Database, Unit
from kit.ids import new_id
from kit.problems import Problem

from agent_runner.core.ports import Model
from agent_runner.core.types import Failure, FinalOutput, HandBack, Outcome, Stopped, ToolSpec
from agent_runner.errors import RunEnded
from agent_runner.models.registry import ModelRegistry
from agent_runner.runs import history
from agent_runner.runs.active import ActiveRun
from agent_runner.runs.archive import Archive
from agent_runner.runs.channel import Channel
from agent_runner.runs.journal import PlainJournal
from agent_runner.runs.ports import Announcer, Listener
from agent_runner.runs.recorder import Recorder
from agent_runner.runs.slots import BACKGROUND, Place, Priority, Slots
from agent_runner.runs.telemetry import Telemetry
from agent_runner.runs.work import Direct, Work, Workshop
from agent_runner.storage import approvals, events, happenings
from agent_runner.storage import runs as table
from agent_runner.storage.happenings import Happening
from agent_runner.storage.records import RunRecord, RunRequest, RunStatus

_log = structlog.get_logger("runs")
INTERRUPTED = Failure("interrupted", "the agent stopped while this run was under way; retry it")
_CRASHED = Failure("internal_error", "something went wrong in the agent itself; its log has it under this run's id")


@dataclass(frozen=True, slots=True)
class Live:
    """How a run is started, beyond what is asked of it.

    The caller of an `attached` run waits for its end, and hears of nothing before it.
    """

    priority: Priority = BACKGROUND
    attached: bool = False
    client_tools: Sequence[ToolSpec] = ()
    listener: Listener | None = None
    parent_run_id: str | None = None


@dataclass(frozen=True, slots=True)
class _Ending:
    status: RunStatus
    reason: str | None = None
    failure: Failure | None = None
    error: BaseException | None = None


class RunManager:
    """Owns every run that is under way.

    Guarantee: a run that was accepted is on record, starts as soon as there is a place, and ends with a final status
    and the reason for it, also when it is cancelled, breaks, or this process stops.
    """

    def __init__(  # noqa: PLR0913 - built once, in app, from parts that are named
        self,
        *,
        database: Database,
        recorder: Recorder,
        archive: Archive,
        models: ModelRegistry,
        workshop: Workshop,
        telemetry: Telemetry,
        announcer: Announcer,
        slots: Slots,
    ) -> None:
        self._database = database
        self._recorder = recorder
        self._archive = archive
        self._models = models
        self._workshop = workshop
        self._telemetry = telemetry
        self._announcer = announcer
        self._slots = slots
        self._active: dict[str, ActiveRun] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def start(
        self, request: RunRequest, live: Live | None = None, also: Callable[[RunRecord], Unit] | None = None
    ) -> ActiveRun:
        """Put a run on record and let it begin; `also` is stored in the same transaction.

        Raises `ModelNotFound`, `Overloaded`, `StorageUnavailable`: then there is no run.
        """
        live = live or Live()
        self._slots.require_room()
        self._recorder.require_storage()
        model = self._models.get(request.model) if request.model else self._models.for_role("agent")
        record = _new_record(request, model, live)
        asked = history.asked_text(request.messages)
        run = await self._create(record, live, table.creating(record, request, asked, also(record) if also else None))
        task = asyncio.create_task(self._drive(run, request, model, live), name=record.id)
        self._tasks[record.id] = task
        task.add_done_callback(lambda _: self._tasks.pop(record.id, None))
        return run

    async def _create(self, record: RunRecord, live: Live, making: Unit) -> ActiveRun:
        """Put a run on record: before anything else, or where its caller waits for the answer anyway, beside it."""
        run = self._open(record, 0, live)
        first = Happening(record.id, run.channel.number("run.status", {"status": record.status}), also=making)

        def shown() -> None:
            self._announcer.run("created", record.id, record)

        if live.attached:
            self._recorder.record(run.channel, first, shown)
            return run
        try:
            await self._database.write(happenings.storing([first]))
        except BaseException:
            del self._active[record.id]
            raise
        run.channel.stored(first.event.seq)
        shown()
        return run

    def active(self, run_id: str) -> ActiveRun | None:
        """The run, when it is under way in this process."""
        return self._active.get(run_id)

    @property
    def active_count(self) -> int:
        """How many runs are under way, those that wait included."""
        return len(self._active)

    @property
    def waiting_count(self) -> int:
        """How many of them wait for a place."""
        return self._slots.waiting

    async def cancel(self, run_id: str, reason: str = "cancelled") -> RunRecord:
        """End a run, whatever it is doing, and wait until it has. Raises `RunNotFound`, `RunEnded`."""
        run = self._active.get(run_id)
        if run is None or run.record.ended:
            record = await self._archive.get(run_id)
            raise RunEnded(run_id, record.status)
        self.break_off(run, reason)
        await asyncio.wait([run.finished])
        return run.record

    def break_off(self, run: ActiveRun, reason: str) -> None:
        """Have a run end, whatever it is doing; nothing for one that has ended or is about to."""
        task = self._tasks.get(run.record.id)
        if task is not None and not run.record.ended and not task.cancelling():
            run.cancel_reason = reason
            task.cancel()

    async def ended(self, run: ActiveRun) -> Problem | None:
        """Wait until a run has ended and all of it is stored.

        Gives the problem when the database does not take it: the run is broken off, and its caller need not wait on.
        """
        trouble = self._recorder.trouble()
        await asyncio.wait([run.finished, trouble], return_when=asyncio.FIRST_COMPLETED)
        if run.finished.done():
            return None
        self.break_off(run, trouble.result().code)
        return trouble.result()

    async def retry(self, run_id: str, live: Live, also: Callable[[RunRecord], Unit] | None = None) -> ActiveRun:
        """A new run with the same input. Raises `RunNotFound`, and what `start` raises."""
        request = await self._archive.request(run_id)
        return await self.start(request, replace(live, parent_run_id=run_id), also)

    async def recover(self) -> None:
        """End the runs that an earlier process left behind, each with an event that says so."""
        left = await self._database.read(table.unfinished)
        ids = [record.id for record in left]
        await self._database.write(approvals.withdrawing(ids, now_ms()))
        for record in left:
            last = await self._database.read(lambda connection, run_id=record.id: events.last_seq(connection, run_id))
            run = self._open(record, last, Live())
            self._end(run, _Ending("failed", "interrupted", INTERRUPTED), None)
        if left:
            await self._recorder.flush()
            for record in left:
                self._close(self._active[record.id])
            _log.warning("runs_interrupted", count=len(left))

    async def stop(self) -> None:
        """Break off all runs, because the process ends, and wait until each has said so."""
        for run in list(self._active.values()):
            self.break_off(run, "interrupted")
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    def _open(self, record: RunRecord, last_seq: int, live: Live) -> ActiveRun:
        channel = Channel(record.id, last_seq, followed=not live.attached)
        run = ActiveRun(record, channel, self._recorder, Place(self._slots, live.priority))
        self._active[record.id] = run
        return run

    async def _drive(self, run: ActiveRun, request: RunRequest, model: Model, live: Live) -> None:
        """One run, from its place in the queue to its end."""
        work: Work | None = None
        try:
            await run.place.take()
            run.attended = request.approval == "ask"
            run.begin()
            work = await self._prepare(run, request, model, live)
            run.outcome = await work.do()
            ending = _ending(run.outcome)
        except asyncio.CancelledError:
            ending = _broken_off(run.cancel_reason)
        except Problem as problem:
            ending = _Ending("failed", problem.code, Failure(problem.code, problem.detail), problem)
        except Exception as error:  # noqa: BLE001 - the edge of the run: whatever it was, the run ends and says so
            _log.error("run_crashed", run_id=run.record.id, exc_info=error)
            ending = _Ending("failed", "internal_error", _CRASHED, error)
        run.place.leave()
        self._end(run, ending, work)
        await self._recorder.flush()
        self._close(run)

    async def _prepare(self, run: ActiveRun, request: RunRequest, model: Model, live: Live) -> Work:
        said = await self._archive.said_before(request)
        journal = PlainJournal(run, self._telemetry, self._workshop.ledger, live.listener)
        if request.direct:
            program = Direct(model, journal, live.client_tools, request.options)
            return Work(program, history.opening([], said, request.messages))
        return self._workshop.agent(
            run,
            request,
            model=model,
            journal=journal,
            window=self._models.context_window(model.id),
            said=said,
            client_tools=live.client_tools,
        )

    def _end(self, run: ActiveRun, ending: _Ending, work: Work | None) -> None:
        output = history.output_of(run.outcome)
        transcript = work.transcript(run.outcome) if work else None
        run.end(ending.status, ending.reason, ending.failure, table.concluding(run.record.id, output, transcript))
        self._telemetry.run_ended(run.record, ending.error)

    def _close(self, run: ActiveRun) -> None:
        self._active.pop(run.record.id, None)
        run.channel.close()
        run.finished.set_result(None)


def _new_record(request: RunRequest, model: Model, live: Live) -> RunRecord:
    return RunRecord(
        id=new_id("run"),
        status="queued",
        source=request.source,
        model=model.id,
        title=history.title_of(request.messages),
        created_at=now_ms(),
        session_id=request.session_id,
        parent_run_id=live.parent_run_id,
        metadata=request.metadata,
    )


def _ending(outcome: Outcome) -> _Ending:
    match outcome:
        case FinalOutput() | HandBack():
            return _Ending("succeeded")
        case Stopped(reason, detail, failure):
            return _Ending("failed", reason, failure or Failure(reason, detail))


def _broken_off(reason: str) -> _Ending:
    if reason == "interrupted":
        return _Ending("failed", reason, INTERRUPTED)
    return _Ending("cancelled", reason)
