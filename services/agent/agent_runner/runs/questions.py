"""What MCP servers ask of a person while they work: approvals of kind `elicitation`."""

from collections.abc import Callable

from kit.clock import now_ms
from kit.ids import new_id

from agent_runner.mcp_manager.types import Answer, Question
from agent_runner.runs.active import ActiveRun
from agent_runner.runs.approvals import Approvals
from agent_runner.storage.records import ApprovalRecord
from agent_runner.tools.mcp_names import full_name

_NOBODY = Answer("cancel")


class Questions:
    """The MCP manager's `Asker`. `active` finds the run that a call belongs to; one that has nobody to ask gets
    `cancel` at once."""

    def __init__(self, approvals: Approvals, active: Callable[[str], ActiveRun | None]) -> None:
        self._approvals = approvals
        self._active = active

    async def ask(self, question: Question) -> Answer:
        """See `Asker`."""
        run_id = question.caller.run_id if question.caller else None
        run = self._active(run_id) if run_id else None
        if run_id and (run is None or run.record.ended):
            return _NOBODY
        approval = _approval(question, run)
        if run is not None and not run.attended:
            run.leave_unasked(approval.tool)
            return _NOBODY
        decided = await self._approvals.elicit(run, approval)
        if decided.status != "approved":
            return Answer("decline")
        return Answer("accept", decided.content)


def _approval(question: Question, run: ActiveRun | None) -> ApprovalRecord:
    caller = question.caller
    return ApprovalRecord(
        id=new_id("apr"),
        run_id=run.record.id if run else None,
        session_id=run.record.session_id if run else None,
        call_id=(caller.call_id if caller else None) or "",
        tool=full_name(question.server, question.tool) if question.tool else f"mcp__{question.server}",
        arguments={"url": question.url} if question.url else {},
        reason=f"MCP server {question.server} asks: {question.message}",
        created_at=now_ms(),
        kind="elicitation",
        schema=question.schema,
    )
