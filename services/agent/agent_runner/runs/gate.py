"""What stands between a run and its tools: the rules, and a person where they say ask."""

from kit.jsontypes import JsonObject

from agent_runner.core.ports import Allowed, Denied, Verdict
from agent_runner.core.types import ToolCall, ToolSpec
from agent_runner.runs.active import ActiveRun
from agent_runner.runs.approvals import Approvals
from agent_runner.runs.permissions import Permissions
from agent_runner.storage.records import ApprovalMode
from agent_runner.tools.permissions import decide


class RunGate:
    """A core `Gate` for one run; `mode` says what comes of a call that a person would have to be asked about."""

    def __init__(self, run: ActiveRun, permissions: Permissions, approvals: Approvals, mode: ApprovalMode) -> None:
        self._run = run
        self._permissions = permissions
        self._approvals = approvals
        self._mode: ApprovalMode = mode

    async def decide(self, index: int, spec: ToolSpec, call: ToolCall, arguments: JsonObject) -> Verdict:
        """May this call run, with exactly these arguments?"""
        by_rule = decide(spec, self._permissions.rules_for(self._run.scope), "ask")
        if by_rule == "deny":
            return Denied(f"a permission rule denies {spec.name}")
        if by_rule == "allow" or self._mode == "allow":
            return Allowed()
        if self._mode == "ask":
            return await self._approvals.ask(self._run, index, spec, call, arguments)
        if spec.name not in self._run.unasked:
            self._run.unasked.append(spec.name)
        return Denied(f"{spec.name} needs a person's approval, and there is nobody to ask in this run")
