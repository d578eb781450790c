"""May a tool call run? By rules on names; deny beats ask beats allow, and without a rule only reading is allowed."""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal, TypeAlias

from agent_runner.core.types import Permission, ToolSpec

Decision: TypeAlias = Permission
Ground: TypeAlias = Literal["rule", "server", "read_only", "default", "changed"]
"""What a ruling rests on: a rule, the server's definition, that the tool only reads, nothing at all, or that the tool's
definition is not the one that was allowed."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A decision for all tools whose name matches `pattern`: exact, or a glob such as `mcp__github__*`.

    With a `fingerprint`, an `allow` holds only while the tool's definition has it.
    """

    pattern: str
    decision: Decision
    id: str | None = None
    fingerprint: str | None = None


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the rules say of a call, and which one."""

    decision: Decision
    ground: Ground
    rule_id: str | None = None


def judge(spec: ToolSpec, rules: Sequence[Rule]) -> Ruling:
    """What the rules say of calls of this tool."""
    matching = [rule for rule in rules if _matches(rule.pattern, spec.name)]
    outdated = [rule for rule in matching if rule.decision == "allow" and _is_of_another(rule, spec)]
    valid = [rule for rule in matching if rule not in outdated]
    order: tuple[Decision, ...] = ("deny", "ask", "allow")
    for decision in order:
        if found := next((rule for rule in valid if rule.decision == decision), None):
            return Ruling(decision, "rule", found.id)
        if spec.permission == decision:
            return Ruling(decision, "server")
    if outdated:  # also where it now calls itself harmless
        return Ruling("ask", "changed", outdated[0].id)
    return Ruling("allow", "read_only") if spec.read_only else Ruling("ask", "default")


def decide(spec: ToolSpec, rules: Sequence[Rule], approval: Decision) -> Decision:
    """Decide on a call of this tool.

    `approval` says what comes of `ask` in this run: `ask` waits for a person; `deny` and `allow` are for when there is
    nobody to ask. Only `ask` is ever changed by it: what a rule denies stays denied.
    """
    decision = judge(spec, rules).decision
    return approval if decision == "ask" else decision


def _is_of_another(rule: Rule, spec: ToolSpec) -> bool:
    return rule.fingerprint is not None and rule.fingerprint != spec.fingerprint


def _matches(pattern: str, name: str) -> bool:
    return pattern == name or fnmatchcase(name, pattern)
