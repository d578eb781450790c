"""The search among many tools."""

from collections.abc import Sequence

from agent_runner.core.ports import CallContext
from agent_runner.core.types import ToolSpec
from agent_runner.tools.registry import ToolRegistry
from agent_runner.tools.search import SEARCH, Loaded, SearchableToolbox, best

from tests.agent.core.playing import FunctionTool, say_ok

CONTEXT = CallContext("run", "call")


def spec(name: str, description: str = "", *, foreign: bool = True) -> ToolSpec:
    schema = {"type": "object", "properties": {"path": {"type": "string"}}}
    return ToolSpec(name, description, schema, source="s", fingerprint="f" if foreign else None)


def toolbox(specs: Sequence[ToolSpec], budget: int, loaded: set[str] | None = None) -> SearchableToolbox:
    registry = ToolRegistry(FunctionTool(each, say_ok) for each in specs)
    return SearchableToolbox(registry, registry.tokens, budget, set() if loaded is None else loaded)


MANY = [spec("read_notes", foreign=False), *(spec(f"mcp__s__t{at}", f"does {at}") for at in range(40))]


def test_small_catalogue_is_shown_whole() -> None:
    """No search tool where all definitions fit."""
    box = toolbox(MANY, budget=100_000)
    assert [each.name for each in box.specs()] == [each.name for each in MANY]
    assert box.find(SEARCH) is None


async def test_large_catalogue_is_shown_as_it_is_found() -> None:
    """Built-in tools and the search; then what was found, also in the next run of the session; all can be called."""
    loaded = Loaded()
    box = toolbox(MANY, 50, loaded.of("session"))
    assert [each.name for each in box.specs()] == ["read_notes", SEARCH]
    search = box.find(SEARCH)
    assert search is not None
    text = await search.call({"query": "mcp__s__t7", "limit": 1}, CONTEXT)
    assert "mcp__s__t7(path): does 7" in str(text)
    assert [each.name for each in box.specs()] == ["read_notes", SEARCH, "mcp__s__t7"]
    assert [each.name for each in toolbox(MANY, 50, loaded.of("session")).specs()][-1] == "mcp__s__t7"
    assert len(toolbox(MANY, 50, loaded.of("another")).specs()) == 2
    assert box.find("mcp__s__t9") is not None


def test_words_find_the_tool_that_fits_best() -> None:
    """A word in the name counts more than in the description, a rare word more than a common one."""
    specs = [
        spec("mcp__github__create_issue", "Open a new issue in a repository"),
        spec("mcp__github__list_issues", "List the issues of a repository"),
        spec("mcp__files__readFile", "Read a file"),
        spec("mcp__files__list", "List what is in a folder; for issues with files see the other tools"),
    ]
    assert [each.name for each in best("create an issue", specs, 1)] == ["mcp__github__create_issue"]
    assert [each.name for each in best("read file", specs, 1)] == ["mcp__files__readFile"]
    assert best("quantum", specs, 5) == []
