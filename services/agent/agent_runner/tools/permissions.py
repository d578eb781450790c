"""May a tool call run? By rules on names; deny beats ask beats allow, and without a rule only reading is allowed."""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal, TypeAlias

from agent_runner.core.types import ToolSpec

Decision: TypeAlias = Literal["allow", "ask", "deny"]


@dataclass(frozen=True, slots=True)
class Rule:
    """A decision for all tools whose name matches `pattern`: exact, or a glob such as `mcp__github__*`."""

    pattern: str
    decision: Decision


def decide(spec: ToolSpec, rules: Sequence[Rule], approval: Decision) -> Decision:
    """Decide on a call of this tool.

    `approval` says what comes of `ask` in this run: `ask` waits for a person; `deny` and `allow` are for when there is
    nobody to ask. Only `ask` is ever changed by it: what a rule denies stays denied.
    """
    decision = _by_rules(spec, rules)
    return approval if decision == "ask" else decision


def _by_rules(spec: ToolSpec, rules: Sequence[Rule]) -> Decision:
    found = {rule.decision for rule in rules if _matches(rule.pattern, spec.name)}
    if "deny" in found:
        return "deny"
    if "ask" in found:
        return "ask"
    if "allow" in found or spec.read_only:
        return "allow"
    return "ask"


def _matches(pattern: str, name: str) -> bool:
    return pattern == name or fnmatchcase(name, pattern)
