"""Names of MCP tools for models."""

import re

import pytest
from agent_runner.tools.mcp_names import full_name
from hypothesis import given
from hypothesis import strategies as st

VALID = re.compile(r"mcp__[A-Za-z0-9_-]{1,59}")
ANY = st.text(min_size=1, max_size=90)


@given(ANY, ANY)
def test_every_name_is_one_that_providers_take(server: str, tool: str) -> None:
    """Letters, digits, `_` and `-`, at most 64, and the same each time."""
    name = full_name(server, tool)
    assert VALID.fullmatch(name)
    assert name == full_name(server, tool)


@given(ANY, ANY, ANY, ANY)
def test_no_two_tools_share_a_name(server: str, tool: str, other_server: str, other_tool: str) -> None:
    """Whatever their servers are called."""
    if (server, tool) != (other_server, other_tool):
        assert full_name(server, tool) != full_name(other_server, other_tool)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("a", "b__c"), ("a__b", "c")),
        (("a_", "b"), ("a", "_b")),
        (("a", "b.c"), ("a", "b_c")),
        (("a", "é"), ("a", "è")),
        (("a", "x" * 80), ("a", "x" * 81)),
    ],
)
def test_names_that_look_alike_are_told_apart(one: tuple[str, str], other: tuple[str, str]) -> None:
    """By digits of a hash at the end."""
    assert full_name(*one) != full_name(*other)


def test_plain_names_stay_readable() -> None:
    """`mcp__SERVER__TOOL`, as people write it in a permission."""
    assert full_name("git", "git_status") == "mcp__git__git_status"
