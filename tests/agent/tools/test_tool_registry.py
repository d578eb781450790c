"""The tools of a run."""

import pytest
from agent_runner.tools.registry import ToolRegistry

from tests.agent.core.playing import FunctionTool, say_ok, shaped


def tools(*names: str) -> list[FunctionTool]:
    return [FunctionTool(type(shaped(say_ok).spec)(name, "", {}), say_ok) for name in names]


def names_of(registry: ToolRegistry, patterns: list[str] | None) -> list[str]:
    return [spec.name for spec in registry.only(patterns).specs()]


def test_tools_are_found_by_name() -> None:
    """And an unknown name is no error."""
    registry = ToolRegistry(tools("a", "b"))
    found = registry.find("b")
    assert found is not None
    assert found.spec.name == "b"
    assert registry.find("c") is None


@pytest.mark.parametrize(
    ("patterns", "names"),
    [
        (None, ["read_file", "write_file", "mcp__git__log"]),
        ([], []),
        (["read_file"], ["read_file"]),
        (["*_file"], ["read_file", "write_file"]),
        (["mcp__git__*", "read_file"], ["read_file", "mcp__git__log"]),
        (["nothing"], []),
    ],
)
def test_a_run_may_see_some_of_them(patterns: list[str] | None, names: list[str]) -> None:
    """By names and globs; none at all for an empty list, all without one."""
    assert names_of(ToolRegistry(tools("read_file", "write_file", "mcp__git__log")), patterns) == names


def test_what_a_run_may_not_see_it_cannot_call() -> None:
    """The choice is not only what the model is told."""
    assert ToolRegistry(tools("a", "b")).only(["a"]).find("b") is None


def test_two_tools_of_one_name_are_a_mistake() -> None:
    """Neither would silently stand in for the other."""
    with pytest.raises(ValueError, match="two tools are named a"):
        ToolRegistry(tools("a", "a"))
