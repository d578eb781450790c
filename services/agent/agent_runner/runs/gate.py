"""What stands between a run and its tools: the rules, and a person where they say ask."""

from kit.jsontypes import JsonObject

from agent_runner.core.ports import Allowed, Denied, Grant, Verdict
from agent_runner.core.types import ToolCall, ToolSpec
from agent_runner.runs.active import ActiveRun
from agent_runner.runs.approvals import Approvals
from agent_runner.runs.permissions import Permissions
from agent_runner.storage.records import ApprovalMode
from agent_runner.tools.permissions import Ground, Ruling, judge

_WHY: dict[Ground, str] = {
    "default": "{name} can change something or reach out, and no permission allows it",
    "rule": "a permission rule says to ask about {name}",
    "server": "the definition of MCP server {source} says to ask about {name}",
    "changed": "the definition of {name} has changed since it was allowed: look at it again",
    "read_only": "{name} only reads",
}
_UNCERTAIN = "exactly this call was made before, and nobody knows whether it was carried out: look first"


class RunGate:
    """A core `Gate` for one run; `mode` says what comes of a call that a person would have to be asked about."""

    def __init__(self, run: ActiveRun, permissions: Permissions, approvals: Approvals, mode: ApprovalMode) -> None:
        self._run = run
        self._permissions = permissions
        self._approvals = approvals
        self._mode: ApprovalMode = mode

    async def decide(self, index: int, spec: ToolSpec, call: ToolCall, arguments: JsonObject) -> Verdict:
        """May this call run, with exactly these arguments?"""
        ruling = judge(spec, self._permissions.rules_for(self._run.scope))
        if ruling.decision == "deny":
            return Denied(denial(spec, ruling), grant_of(ruling))
        uncertain = self._run.is_uncertain(spec.name, arguments)
        if not uncertain and ruling.decision == "allow":
            return Allowed(grant_of(ruling))
        if not uncertain and self._mode == "allow":
            return Allowed(Grant("run"))
        reason = _UNCERTAIN if uncertain else _WHY[ruling.ground].format(name=spec.name, source=spec.source)
        if self._mode == "ask":
            return await self._approvals.ask(self._run, index, spec, call, arguments, reason)
        self._run.leave_unasked(spec.name)
        return Denied(f"{reason}; and there is nobody to ask in this run", Grant("nobody"))


def grant_of(ruling: Ruling) -> Grant:
    """Who decided, where the rules did."""
    match ruling.ground:
        case "rule":
            return Grant("rule", rule_id=ruling.rule_id)
        case "server":
            return Grant("server")
        case _:
            return Grant("read_only")


def denial(spec: ToolSpec, ruling: Ruling) -> str:
    """Why a call is denied by rule."""
    if ruling.ground == "server":
        return f"the definition of MCP server {spec.source} denies {spec.name}"
    return f"a permission rule denies {spec.name}"
