"""Runs as they stand on record: to be listed, looked at, taken up again, and deleted."""

from collections.abc import Mapping, Sequence

from kit.database import Database

from agent_runner.core.types import Message
from agent_runner.errors import RunActive, RunNotFound
from agent_runner.runs import history
from agent_runner.runs.ports import Announcer
from agent_runner.runs.recorder import Recorder
from agent_runner.storage import events, run_counts, sessions
from agent_runner.storage import runs as table
from agent_runner.storage.records import Event, ModelUsage, RunBody, RunRecord, RunRequest, RunStatus
from agent_runner.storage.run_counts import RunCount
from agent_runner.storage.runs import RunFilter


class Archive:
    """Reads see what has happened up to now, also what is just being stored."""

    def __init__(self, database: Database, recorder: Recorder, announcer: Announcer) -> None:
        self._database = database
        self._recorder = recorder
        self._announcer = announcer

    async def newest(self, wanted: RunFilter, limit: int, before: tuple[int, str] | None) -> Sequence[RunRecord]:
        """Runs that fit the filter, newest first, from before a time and id."""
        await self._recorder.catch_up()
        return await self._database.read(lambda connection: table.newest(connection, wanted, limit, before))

    async def counts(self, since: int, slot_ms: int) -> tuple[Sequence[RunCount], Mapping[RunStatus, int]]:
        """Runs created from `since` (ms) on, by slot and status; and all that have not ended, by status."""
        await self._recorder.catch_up()
        return await self._database.read(
            lambda connection: (run_counts.by_slot(connection, since, slot_ms), run_counts.unfinished(connection))
        )

    async def get(self, run_id: str) -> RunRecord:
        """One run. Raises `RunNotFound`."""
        await self._recorder.catch_up()
        record = await self._database.read(lambda connection: table.get(connection, run_id))
        if record is None:
            raise RunNotFound(run_id)
        return record

    async def look_at(self, run_id: str) -> tuple[RunRecord, RunBody, Sequence[Event]]:
        """One run with all that belongs to it. Raises `RunNotFound`."""
        await self._recorder.catch_up()
        record, body, recorded = await self._database.read(
            lambda connection: (
                table.get(connection, run_id),
                table.body(connection, run_id),
                events.after(connection, run_id, 0),
            )
        )
        if record is None or body is None:
            raise RunNotFound(run_id)
        return record, body, recorded

    async def request(self, run_id: str) -> RunRequest:
        """What was asked of a run. Raises `RunNotFound`."""
        body = await self._database.read(lambda connection: table.body(connection, run_id))
        if body is None:
            raise RunNotFound(run_id)
        return body.request

    async def said_before(self, request: RunRequest) -> list[Message]:
        """The conversation that a request goes on with."""
        session_id = request.session_id
        if session_id is None or not history.continues(request.messages):
            return []
        await self._recorder.catch_up()
        bodies = await self._database.read(lambda connection: table.of_session(connection, session_id))
        return history.conversation(bodies)

    async def usage_by_model(self, since: int) -> Mapping[str, ModelUsage]:
        """What the runs made since a time (milliseconds since 1970) asked of each model."""
        return await self._database.read(lambda connection: table.usage_by_model(connection, since))

    async def delete(self, run_id: str) -> None:
        """Delete a run that has ended. Raises `RunNotFound`, `RunActive`."""
        if not (await self.get(run_id)).ended:
            raise RunActive(run_id)
        await self._database.write(lambda connection: table.delete(connection, run_id))
        self._announcer.run("deleted", run_id, None)

    async def delete_session(self, session_id: str) -> None:
        """Delete a conversation with its runs. Raises `SessionNotFound`, `SessionActive`."""
        await self._recorder.catch_up()
        deleted = await self._database.write(lambda connection: sessions.delete(connection, session_id))
        for run_id in deleted:
            self._announcer.run("deleted", run_id, None)
