"""Statements on approvals."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa
from kit.database import Unit
from kit.jsontypes import JsonObject

from agent_runner.errors import ApprovalDecided, ApprovalNotFound
from agent_runner.storage import permissions
from agent_runner.storage.records import ApprovalRecord, Decision, RuleRecord
from agent_runner.storage.schema import approvals


@dataclass(frozen=True, slots=True)
class Taken:
    """A person's decision, why, and when; `content` answers a server's question."""

    decision: Decision
    reason: str | None
    at: int
    content: JsonObject | None = None


def inserting(approval: ApprovalRecord) -> Unit:
    """A unit that stores a new question."""
    return lambda connection: insert(connection, approval)


def insert(connection: sa.Connection, approval: ApprovalRecord) -> None:
    """A new question."""
    names = [column.name for column in approvals.c]
    connection.execute(approvals.insert(), {name: getattr(approval, name) for name in names})


def get(connection: sa.Connection, approval_id: str) -> ApprovalRecord | None:
    """One approval."""
    row = connection.execute(_ALL.where(approvals.c.id == approval_id)).mappings().one_or_none()
    return None if row is None else ApprovalRecord(**row)


def newest(
    connection: sa.Connection,
    *,
    status: Sequence[str],
    run_id: Sequence[str],
    limit: int,
    before: tuple[int, str] | None = None,
) -> list[ApprovalRecord]:
    """Approvals, newest first, from before a time and id."""
    query = _ALL.order_by(approvals.c.created_at.desc(), approvals.c.id.desc()).limit(limit)
    if status:
        query = query.where(approvals.c.status.in_(status))
    if run_id:
        query = query.where(approvals.c.run_id.in_(run_id))
    if before is not None:
        query = query.where(sa.tuple_(approvals.c.created_at, approvals.c.id) < before)
    return [ApprovalRecord(**row) for row in connection.execute(query).mappings()]


def decide(connection: sa.Connection, approval_id: str, taken: Taken) -> ApprovalRecord:
    """Take the decision, once. Raises `ApprovalNotFound`, `ApprovalDecided`."""
    found = get(connection, approval_id)
    if found is None:
        raise ApprovalNotFound(approval_id)
    if found.status != "pending":
        raise ApprovalDecided(approval_id, found.status)
    decided = replace(
        found,
        status="denied" if taken.decision == "deny" else "approved",
        decision=taken.decision,
        decision_reason=taken.reason,
        decided_at=taken.at,
        content=taken.content,
    )
    names = ("status", "decision", "decision_reason", "decided_at", "content")
    values = {name: getattr(decided, name) for name in names}
    connection.execute(approvals.update().where(approvals.c.id == approval_id).values(values))
    return decided


def settle(
    connection: sa.Connection, approval_id: str, taken: Taken, rule_id: str
) -> tuple[ApprovalRecord, RuleRecord | None]:
    """Take the decision, and remember it as a rule where it is one for more than this call."""
    decided = decide(connection, approval_id, taken)
    if taken.decision not in {"session", "always"} or decided.kind != "tool":
        return decided, None
    scope = None if taken.decision == "always" else decided.session_id or decided.run_id
    rule = RuleRecord(rule_id, decided.tool, "allow", taken.at, scope, approval_id, decided.fingerprint)
    permissions.insert(connection, rule)
    return decided, rule


def closing(approval_id: str, now: int) -> Unit:
    """A unit for a question that nobody needs the answer to any more."""
    pending = approvals.update().where(approvals.c.id == approval_id, approvals.c.status == "pending")
    return lambda connection: connection.execute(pending.values(status="cancelled", decided_at=now))


def withdrawing(run_ids: Sequence[str], now: int) -> Unit:
    """A unit for what an earlier process left: nobody waits for answers to these runs or to direct calls."""
    theirs = sa.or_(approvals.c.run_id.in_(run_ids), approvals.c.run_id.is_(None))
    pending = approvals.update().where(theirs, approvals.c.status == "pending")
    return lambda connection: connection.execute(pending.values(status="cancelled", decided_at=now))


_ALL = sa.select(*approvals.c)
