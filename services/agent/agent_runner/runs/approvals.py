"""Questions to a person: asked by a run that waits, decided once, and remembered where that was the decision."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from kit.clock import now_ms
from kit.database import Database
from kit.ids import new_id
from kit.jsontypes import JsonObject

from agent_runner.core.ports import Allowed, Denied, Verdict
from agent_runner.core.types import ToolCall, ToolSpec
from agent_runner.runs.active import ActiveRun
from agent_runner.runs.permissions import Permissions
from agent_runner.runs.ports import Announcer
from agent_runner.storage import approvals as table
from agent_runner.storage.records import ApprovalRecord, Decision


class Approvals:
    """Asks and answers.

    Guarantee: a call that waits goes on only after its decision is stored, and a decision is for one call with exactly
    the arguments that were shown. What is remembered beyond that is a permission rule, to be seen and revoked.
    """

    def __init__(self, database: Database, permissions: Permissions, announcer: Announcer) -> None:
        self._database = database
        self._permissions = permissions
        self._announcer = announcer
        self._waiting: dict[str, asyncio.Future[ApprovalRecord]] = {}

    async def ask(self, run: ActiveRun, index: int, spec: ToolSpec, call: ToolCall, arguments: JsonObject) -> Verdict:
        """Ask a person about a call of this run and wait for the decision."""
        approval = _question(run, spec, call, arguments)
        decision: asyncio.Future[ApprovalRecord] = asyncio.get_running_loop().create_future()
        self._waiting[approval.id] = decision
        run.event(
            "approval.requested",
            {"approval_id": approval.id, "index": index, **_question_data(approval)},
            table.inserting(approval),
            lambda: self._announcer.approval("created", approval),
        )
        run.wait_for_person()
        try:
            decided = await decision
        except asyncio.CancelledError:
            self._withdraw(run, approval)
            raise
        finally:
            del self._waiting[approval.id]
        run.event("approval.decided", {"approval_id": approval.id, **_decision_data(decided)})
        await run.go_on()
        return _verdict(decided)

    def _withdraw(self, run: ActiveRun, approval: ApprovalRecord) -> None:
        """The run has ended while it waited: there is nothing left to decide."""
        withdrawn = replace(approval, status="cancelled", decided_at=now_ms())
        run.event(
            "approval.decided",
            {"approval_id": approval.id, **_call_data(approval), "decision": "cancelled"},
            table.withdrawing([approval.run_id], now_ms()),
            lambda: self._announcer.approval("updated", withdrawn),
        )

    async def decide(self, approval_id: str, decision: Decision, reason: str | None) -> ApprovalRecord:
        """Take a decision. Raises `ApprovalNotFound`, `ApprovalDecided`."""
        taken = table.Taken(decision, reason, now_ms())
        rule_id = new_id("per")
        decided, rule = await self._database.write(
            lambda connection: table.settle(connection, approval_id, taken, rule_id)
        )
        if rule is not None:
            self._permissions.know(rule)
        self._announcer.approval("updated", decided)
        waiting = self._waiting.get(approval_id)
        if waiting is not None and not waiting.done():
            waiting.set_result(decided)
        return decided

    async def listed(
        self, status: Sequence[str], run_id: Sequence[str], limit: int, before: tuple[int, str] | None
    ) -> list[ApprovalRecord]:
        """Approvals, newest first."""
        return await self._database.read(
            lambda connection: table.newest(connection, status=status, run_id=run_id, limit=limit, before=before)
        )


def _question(run: ActiveRun, spec: ToolSpec, call: ToolCall, arguments: JsonObject) -> ApprovalRecord:
    record = run.record
    reason = f"{spec.name} can change something or reach out, and no permission allows it"
    return ApprovalRecord(new_id("apr"), record.id, record.session_id, call.id, spec.name, arguments, reason, now_ms())


def _call_data(approval: ApprovalRecord) -> JsonObject:
    return {"call_id": approval.call_id, "tool": approval.tool}


def _question_data(approval: ApprovalRecord) -> JsonObject:
    return {**_call_data(approval), "arguments": approval.arguments, "reason": approval.reason}


def _decision_data(decided: ApprovalRecord) -> JsonObject:
    data: JsonObject = {**_call_data(decided), "decision": decided.decision}
    return data if decided.decision_reason is None else {**data, "reason": decided.decision_reason}


def _verdict(decided: ApprovalRecord) -> Verdict:
    if decided.status == "approved":
        return Allowed()
    said = f": {decided.decision_reason}" if decided.decision_reason else ""
    return Denied(f"a person denied this call{said}")
