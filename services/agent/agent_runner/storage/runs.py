"""Statements on runs: rows of `runs` and `run_bodies`. Each takes the connection of the transaction it is part of."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from kit.database import Unit
from kit.jsontypes import Json, JsonObject

from agent_runner.core.types import Failure, Usage
from agent_runner.storage import sessions
from agent_runner.storage.codec import request_from_json, request_to_json, transcript_from_json, transcript_to_json
from agent_runner.storage.records import FINAL, ModelUsage, RunBody, RunRecord, RunRequest, Transcript
from agent_runner.storage.schema import run_bodies, runs

_SEARCHED_CHARS = 2_000


@dataclass(frozen=True, slots=True)
class RunFilter:
    """Which runs a list shows; empty means all."""

    status: Sequence[str] = ()
    source: Sequence[str] = ()
    model: Sequence[str] = ()
    session_id: Sequence[str] = ()
    q: str | None = None
    since: int | None = None
    until: int | None = None


def insert(connection: sa.Connection, run: RunRecord, request: RunRequest, search: str) -> None:
    """A new run."""
    connection.execute(_INSERT, {"id": run.id, "search": search.casefold(), **_values(run)})
    connection.execute(_INSERT_BODY, {"run_id": run.id, "request": request_to_json(request)})


def creating(run: RunRecord, request: RunRequest, asked: str, also: Unit | None) -> Unit:
    """A unit that stores a new run and touches its session; and what else belongs with it."""

    def unit(connection: sa.Connection) -> None:
        if run.session_id is not None:
            sessions.touch(connection, run.session_id, run.title, run.created_at)
        insert(connection, run, request, asked[:_SEARCHED_CHARS])
        if also is not None:
            also(connection)

    return unit


def save(connection: sa.Connection, changed: Sequence[RunRecord]) -> None:
    """Where runs stand now."""
    connection.execute(_SAVE, [{"run": run.id, **_values(run)} for run in changed])


def concluding(run_id: str, output: str | None, transcript: Transcript | None) -> Unit:
    """A unit that stores what came of a run."""
    values = {"output": output, "transcript": transcript_to_json(transcript) if transcript else None}
    return lambda connection: connection.execute(_CONCLUDE, {"run": run_id, **values})


def get(connection: sa.Connection, run_id: str) -> RunRecord | None:
    """One run."""
    row = connection.execute(_SUMMARY.where(runs.c.id == run_id)).one_or_none()
    return None if row is None else _record(row)


def body(connection: sa.Connection, run_id: str) -> RunBody | None:
    """The large part of one run."""
    row = connection.execute(sa.select(run_bodies).where(run_bodies.c.run_id == run_id)).one_or_none()
    if row is None:
        return None
    transcript = None if row.transcript is None else transcript_from_json(row.transcript)
    return RunBody(request_from_json(row.request), row.output, transcript)


def newest(
    connection: sa.Connection, wanted: RunFilter, limit: int, before: tuple[int, str] | None = None
) -> list[RunRecord]:
    """Runs that fit the filter, newest first, from before a time and id."""
    query = _SUMMARY.where(*_conditions(wanted)).order_by(runs.c.created_at.desc(), runs.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(sa.tuple_(runs.c.created_at, runs.c.id) < before)
    return [_record(row) for row in connection.execute(query)]


def usage_by_model(connection: sa.Connection, since: int) -> dict[str, ModelUsage]:
    """What the runs made since then asked of each model."""
    failed = sa.func.count().filter(runs.c.status == "failed")
    tokens = sa.func.sum(runs.c.input_tokens), sa.func.sum(runs.c.output_tokens)
    query = sa.select(runs.c.model, sa.func.count(), failed, *tokens, sa.func.max(runs.c.created_at))
    return {
        model: ModelUsage(count, failures, Usage(said, answered), last)
        for model, count, failures, said, answered, last in connection.execute(
            query.where(runs.c.created_at >= since).group_by(runs.c.model)
        )
    }


def unfinished(connection: sa.Connection) -> list[RunRecord]:
    """Runs that have no final status yet, oldest first."""
    query = _SUMMARY.where(runs.c.status.not_in(FINAL)).order_by(runs.c.created_at, runs.c.id)
    return [_record(row) for row in connection.execute(query)]


def of_session(connection: sa.Connection, session_id: str) -> list[RunBody]:
    """What the ended runs of a conversation were asked and added, in order."""
    query = (
        sa.select(run_bodies)
        .join(runs, runs.c.id == run_bodies.c.run_id)
        .where(runs.c.session_id == session_id, runs.c.status.in_(FINAL))
        .order_by(runs.c.created_at, runs.c.id)
    )
    return [
        RunBody(request_from_json(row.request), row.output, row.transcript and transcript_from_json(row.transcript))
        for row in connection.execute(query)
    ]


def delete(connection: sa.Connection, run_id: str) -> None:
    """A run and all that hangs on it."""
    connection.execute(runs.delete().where(runs.c.id == run_id))


def _conditions(wanted: RunFilter) -> list[sa.ColumnElement[bool]]:
    columns = {
        runs.c.status: wanted.status,
        runs.c.source: wanted.source,
        runs.c.model: wanted.model,
        runs.c.session_id: wanted.session_id,
    }
    conditions: list[sa.ColumnElement[bool]] = [column.in_(values) for column, values in columns.items() if values]
    if wanted.q:
        conditions.append(runs.c.search.contains(wanted.q.casefold(), autoescape=True))
    if wanted.since is not None:
        conditions.append(runs.c.created_at >= wanted.since)
    if wanted.until is not None:
        conditions.append(runs.c.created_at < wanted.until)
    return conditions


_INSERT = runs.insert()
_INSERT_BODY = run_bodies.insert()
_SAVE = runs.update().where(runs.c.id == sa.bindparam("run"))
_CONCLUDE = run_bodies.update().where(run_bodies.c.run_id == sa.bindparam("run"))
_SUMMARY = sa.select(*(column for column in runs.c if column.name != "search"))


def _values(run: RunRecord) -> dict[str, Json]:
    return {
        "status": run.status,
        "reason": run.reason,
        "source": run.source,
        "model": run.model,
        "session_id": run.session_id,
        "parent_run_id": run.parent_run_id,
        "title": run.title,
        "created_at": run.created_at,
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "input_tokens": run.usage.input_tokens,
        "output_tokens": run.usage.output_tokens,
        "step_count": run.step_count,
        "error_code": run.error.code if run.error else None,
        "error_detail": run.error.detail if run.error else None,
        "metadata": run.metadata,
    }


def _record(row: sa.Row[tuple[object, ...]]) -> RunRecord:
    metadata: JsonObject = row.metadata
    return RunRecord(
        id=row.id,
        status=row.status,
        reason=row.reason,
        source=row.source,
        model=row.model,
        session_id=row.session_id,
        parent_run_id=row.parent_run_id,
        title=row.title,
        created_at=row.created_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        usage=Usage(row.input_tokens, row.output_tokens),
        step_count=row.step_count,
        error=None if row.error_code is None else Failure(row.error_code, row.error_detail),
        metadata=metadata,
    )
