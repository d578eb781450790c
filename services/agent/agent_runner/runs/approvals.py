"""Questions to a person: asked by a run that waits, decided once, and remembered where that was the decision."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from kit.clock import now_ms
from kit.database import Database
from kit.ids import new_id
from kit.jsontypes import Json, JsonObject
from kit.problems import Invalid

from agent_runner.core.arguments import Checker
from agent_runner.core.ports import Allowed, Denied, Grant, ToolFailedError, Verdict
from agent_runner.core.types import ToolCall, ToolSpec
from agent_runner.errors import ApprovalNotFound
from agent_runner.runs.active import ActiveRun
from agent_runner.runs.permissions import Permissions
from agent_runner.runs.ports import Announcer
from agent_runner.storage import approvals as table
from agent_runner.storage.records import ApprovalRecord


class Approvals:
    """Asks and answers.

    Guarantee: a call that waits goes on only after its decision is stored, and a decision is for one call with exactly
    the arguments that were shown. What is remembered beyond that is a permission rule, to be seen and revoked.
    """

    def __init__(self, database: Database, permissions: Permissions, announcer: Announcer, checker: Checker) -> None:
        self._database = database
        self._permissions = permissions
        self._announcer = announcer
        self._checker = checker
        self._waiting: dict[str, asyncio.Future[ApprovalRecord]] = {}

    async def ask(
        self, run: ActiveRun, index: int, spec: ToolSpec, call: ToolCall, arguments: JsonObject, reason: str
    ) -> Verdict:
        """Ask a person about a call of this run and wait for the decision; `reason` is why it cannot just run."""
        record = run.record
        question = ApprovalRecord(
            new_id("apr"),
            record.id,
            record.session_id,
            call.id,
            spec.name,
            arguments,
            reason,
            now_ms(),
            fingerprint=spec.fingerprint,
        )
        return _verdict(await self._ask_in(run, question, {"index": index}))

    async def elicit(self, run: ActiveRun | None, question: ApprovalRecord) -> ApprovalRecord:
        """Ask a person what a server wants to know, and wait for the answer; without a run it is for a direct call."""
        return await (self._ask_in(run, question, {}) if run is not None else self._ask_alone(question))

    async def _ask_in(self, run: ActiveRun, question: ApprovalRecord, more: JsonObject) -> ApprovalRecord:
        """The run waits, and its events tell of it."""
        decision = self._expect(question)
        run.event(
            "approval.requested",
            {"approval_id": question.id, **more, **_question_data(question)},
            table.inserting(question),
            lambda: self._announcer.approval("created", question),
        )
        run.wait_for_person()
        try:
            decided = await decision
        except asyncio.CancelledError:
            self._withdraw(run, question)
            raise
        finally:
            del self._waiting[question.id]
            run.person_has_answered()
        run.event("approval.decided", {"approval_id": question.id, **_decision_data(decided)})
        await run.go_on()
        return decided

    def _withdraw(self, run: ActiveRun, question: ApprovalRecord) -> None:
        """The call has ended while it waited: there is nothing left to decide."""
        withdrawn = replace(question, status="cancelled", decided_at=now_ms())
        run.event(
            "approval.decided",
            {"approval_id": question.id, **_call_data(question), "decision": "cancelled"},
            table.closing(question.id, now_ms()),
            lambda: self._announcer.approval("updated", withdrawn),
        )

    async def _ask_alone(self, question: ApprovalRecord) -> ApprovalRecord:
        decision = self._expect(question)
        try:
            await self._database.write(table.inserting(question))
            self._announcer.approval("created", question)
            return await decision
        except asyncio.CancelledError:
            self._database.enqueue(table.closing(question.id, now_ms()))
            self._announcer.approval("updated", replace(question, status="cancelled", decided_at=now_ms()))
            raise
        finally:
            del self._waiting[question.id]

    def _expect(self, question: ApprovalRecord) -> asyncio.Future[ApprovalRecord]:
        decision: asyncio.Future[ApprovalRecord] = asyncio.get_running_loop().create_future()
        self._waiting[question.id] = decision
        return decision

    async def decide(self, approval_id: str, taken: table.Taken) -> ApprovalRecord:
        """Take a decision. Raises `ApprovalNotFound`, `ApprovalDecided`, and `Invalid` for one that does not fit."""
        question = await self._database.read(lambda connection: table.get(connection, approval_id))
        if question is None:
            raise ApprovalNotFound(approval_id)
        if question.status == "pending":
            self._require_fitting(question, taken)
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

    def _require_fitting(self, question: ApprovalRecord, taken: table.Taken) -> None:
        if question.kind == "tool":
            if taken.content is not None:
                raise Invalid("content: it answers a question of a server; this one is about a call")
            return
        if taken.decision not in {"once", "deny"}:
            raise Invalid("decision: a question of a server is answered with once, or refused with deny")
        if taken.decision == "once" and question.schema is not None:
            try:
                self._checker.check(taken.content or {}, question.schema)
            except ToolFailedError as error:
                raise Invalid(f"content: {error.failure.detail}") from None

    async def listed(
        self, status: Sequence[str], run_id: Sequence[str], limit: int, before: tuple[int, str] | None
    ) -> list[ApprovalRecord]:
        """Approvals, newest first."""
        return await self._database.read(
            lambda connection: table.newest(connection, status=status, run_id=run_id, limit=limit, before=before)
        )


def _call_data(approval: ApprovalRecord) -> JsonObject:
    return {"call_id": approval.call_id, "tool": approval.tool, "kind": approval.kind}


def _question_data(approval: ApprovalRecord) -> JsonObject:
    data: dict[str, Json] = {**_call_data(approval), "arguments": approval.arguments, "reason": approval.reason}
    if approval.schema is not None:
        data["schema"] = approval.schema
    return data


def _decision_data(decided: ApprovalRecord) -> JsonObject:
    data: JsonObject = {**_call_data(decided), "decision": decided.decision}
    return data if decided.decision_reason is None else {**data, "reason": decided.decision_reason}


def _verdict(decided: ApprovalRecord) -> Verdict:
    grant = Grant("approval", approval_id=decided.id)
    if decided.status == "approved":
        return Allowed(grant)
    said = f": {decided.decision_reason}" if decided.decision_reason else ""
    return Denied(f"a person denied this call{said}", grant)
