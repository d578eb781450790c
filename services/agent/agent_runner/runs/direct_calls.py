"""Tool calls that a person makes, without a model or a run."""

import time
from dataclasses import dataclass

from kit.ids import new_id
from kit.jsontypes import JsonObject
from kit.problems import Forbidden, Invalid, NotFound

from agent_runner.core.arguments import Checker
from agent_runner.core.execute import do_call
from agent_runner.core.ports import Allowed, CallContext, Denied, Grant, Tool, ToolFailedError, Verdict
from agent_runner.core.types import ToolOutcome
from agent_runner.runs.gate import denial, grant_of
from agent_runner.runs.ledger import Call, Ledger
from agent_runner.runs.permissions import Permissions
from agent_runner.runs.telemetry import Telemetry
from agent_runner.storage.calls import CallEnd
from agent_runner.storage.records import CallRecord, CallStatus
from agent_runner.tools.permissions import judge
from agent_runner.tools.registry import ToolRegistry

_LONGEST = 1_000_000


class ToolNotFound(NotFound):
    """No tool has this name."""

    code = "tool_not_found"

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no tool {name!r}; GET /api/v1/tools lists them")


class ToolDenied(Forbidden):
    """A permission denies the tool, to people as well."""

    code = "tool_denied"


class InvalidArguments(Invalid):
    """The arguments do not fit the tool's schema."""

    code = "invalid_arguments"


@dataclass(frozen=True, slots=True)
class DirectCall:
    """A call that was made, and what came of it."""

    record: CallRecord
    outcome: ToolOutcome
    duration_ms: float


class DirectCalls:
    """Makes them.

    A person who calls a tool has decided: nothing asks. What is denied stays denied. Each call is on record before it
    starts and when it has ended, however it ends.
    """

    def __init__(
        self, tools: ToolRegistry, permissions: Permissions, ledger: Ledger, checker: Checker, telemetry: Telemetry
    ) -> None:
        self._tools = tools
        self._permissions = permissions
        self._ledger = ledger
        self._checker = checker
        self._telemetry = telemetry

    def find(self, name: str) -> Tool:
        """The tool of that name. Raises `ToolNotFound`."""
        tool = self._tools.find(name)
        if tool is None:
            raise ToolNotFound(name)
        return tool

    async def call(self, name: str, arguments: JsonObject) -> DirectCall:
        """Call a tool. Raises `ToolNotFound`, `ToolDenied`, `InvalidArguments`; what the tool says is an outcome."""
        tool = self.find(name)
        try:
            self._checker.check(arguments, tool.spec.input_schema)
        except ToolFailedError as error:
            raise InvalidArguments(f"arguments: {error.failure.detail}") from None
        context = CallContext("", new_id("call"), seconds=tool.spec.timeout_s)
        verdict = self._verdict(tool)
        record = await self._ledger.store(Call(tool.spec, arguments, verdict, context.call_id))
        if isinstance(verdict, Denied):
            raise ToolDenied(verdict.reason)
        return await self._make(tool, arguments, context, record)

    def _verdict(self, tool: Tool) -> Verdict:
        ruling = judge(tool.spec, self._permissions.rules_for(""))
        if ruling.decision == "deny":
            return Denied(denial(tool.spec, ruling), grant_of(ruling))
        return Allowed(Grant("person"))

    async def _make(self, tool: Tool, arguments: JsonObject, context: CallContext, record: CallRecord) -> DirectCall:
        started = time.perf_counter()
        outcome: ToolOutcome | None = None
        try:
            outcome = await do_call(tool, arguments, context)
        finally:
            duration_ms = round((time.perf_counter() - started) * 1000, 3)
            status: CallStatus = outcome.status if outcome else "cancelled"
            failure = outcome.failure if outcome else None
            stored = self._ledger.enqueue_end(record, CallEnd(status, failure, duration_ms))
            self._telemetry.direct_call(tool.spec, status, duration_ms, failure)
        await stored
        assert outcome is not None
        return DirectCall(record, _bounded(outcome), duration_ms)


def _bounded(outcome: ToolOutcome) -> ToolOutcome:
    if len(outcome.text) <= _LONGEST:
        return outcome
    return ToolOutcome(
        outcome.text[:_LONGEST],
        outcome.failure,
        outcome.status,
        truncated=True,
        attachments=outcome.attachments,
        structured=outcome.structured,
    )
