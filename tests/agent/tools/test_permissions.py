"""May a tool run: deny beats ask beats allow, and without a rule only reading is allowed."""

from collections.abc import Sequence

import pytest
from agent_runner.core.types import ToolSpec
from agent_runner.tools.permissions import Decision, Rule, Ruling, decide, judge
from hypothesis import given
from hypothesis import strategies as st

READ = ToolSpec("read_file", "", {}, read_only=True)
WRITE = ToolSpec("write_file", "", {})


@pytest.mark.parametrize(
    ("spec", "rules", "decision"),
    [
        (READ, [], "allow"),
        (WRITE, [], "ask"),
        (WRITE, [Rule("write_file", "allow")], "allow"),
        (WRITE, [Rule("*", "allow")], "allow"),
        (WRITE, [Rule("*_file", "allow"), Rule("write_file", "ask")], "ask"),
        (WRITE, [Rule("write_file", "allow"), Rule("write_*", "deny")], "deny"),
        (WRITE, [Rule("write_file", "ask"), Rule("*", "deny"), Rule("*", "allow")], "deny"),
        (READ, [Rule("read_file", "ask")], "ask"),
        (READ, [Rule("*", "deny")], "deny"),
        (WRITE, [Rule("write", "allow")], "ask"),
        (WRITE, [Rule("WRITE_FILE", "allow")], "ask"),
        (WRITE, [Rule("", "allow")], "ask"),
        (ToolSpec("mcp__git__push", "", {}), [Rule("mcp__git__*", "allow")], "allow"),
        (ToolSpec("odd[1]", "", {}), [Rule("odd[1]", "allow")], "allow"),
    ],
)
def test_rules(spec: ToolSpec, rules: Sequence[Rule], decision: Decision) -> None:
    """By exact name or glob; the order of the rules means nothing."""
    assert decide(spec, rules, "ask") == decision
    assert decide(spec, list(reversed(rules)), "ask") == decision


@pytest.mark.parametrize("approval", ["deny", "allow"])
def test_with_nobody_to_ask_the_run_says_what_asking_means(approval: Decision) -> None:
    """Only `ask` is changed by it: what is denied stays denied, what is allowed stays allowed."""
    assert decide(WRITE, [], approval) == approval
    assert decide(WRITE, [Rule("*", "deny")], approval) == "deny"
    assert decide(READ, [], approval) == "allow"


_rules = st.lists(
    st.builds(Rule, st.sampled_from(["*", "write_file", "read_*", "x"]), st.sampled_from(["allow", "ask", "deny"]))
)


@given(_rules, _rules, st.sampled_from([READ, WRITE]))
def test_more_rules_never_allow_what_was_denied(rules: list[Rule], more: list[Rule], spec: ToolSpec) -> None:
    """A denial cannot be undone by adding rules."""
    if decide(spec, rules, "allow") == "deny":
        assert decide(spec, [*rules, *more], "allow") == "deny"


@pytest.mark.parametrize(
    ("rules", "permission", "read_only", "ruling"),
    [
        ([], None, False, Ruling("ask", "default")),
        ([], None, True, Ruling("allow", "read_only")),
        ([], "allow", False, Ruling("allow", "server")),
        ([], "deny", True, Ruling("deny", "server")),
        ([Rule("mcp__*", "allow", "r")], None, False, Ruling("allow", "rule", "r")),
        ([Rule("mcp__*", "allow", "r")], "ask", False, Ruling("ask", "server")),
        ([Rule("mcp__*", "ask", "r")], "allow", False, Ruling("ask", "rule", "r")),
        ([Rule("mcp__s__t", "allow", "r", "as-shown")], None, False, Ruling("allow", "rule", "r")),
        ([Rule("mcp__s__t", "allow", "r", "before")], None, False, Ruling("ask", "changed", "r")),
        ([Rule("mcp__s__t", "allow", "r", "before")], None, True, Ruling("ask", "changed", "r")),
        (
            [Rule("mcp__s__t", "allow", "r", "before"), Rule("mcp__*", "allow", "w")],
            None,
            False,
            Ruling("allow", "rule", "w"),
        ),
        ([Rule("mcp__s__t", "deny", "r", "before")], None, False, Ruling("deny", "rule", "r")),
    ],
)
def test_rules_the_servers_definition_and_what_was_allowed(
    rules: list[Rule], permission: Decision | None, read_only: bool, ruling: Ruling
) -> None:
    """A server's definition counts as a rule; what was allowed of one definition says nothing of another."""
    spec = ToolSpec("mcp__s__t", "", {}, "s", read_only, fingerprint="as-shown", permission=permission)
    assert judge(spec, rules) == ruling
