"""What the built-in model understands: plain words, and the calls that they ask for."""

from pathlib import Path
from typing import TypeAlias

import pytest
from agent_runner.core.types import ToolSpec
from agent_runner.models.operator.understand import understand
from agent_runner.models.operator.wishes import Ref, Talk, Value
from agent_runner.tools.builtin import builtin_tools
from agent_runner.tools.fetch import Fetcher
from agent_runner.tools.workspace import Workspace
from hypothesis import given
from hypothesis import strategies as st
from kit.clock import now_ms

from tests.agent.core.playing import KeptResults

Calls: TypeAlias = list[tuple[str, dict[str, Value]]]


class Kept(KeptResults):
    async def read(self, ref: str) -> str | None:
        return self.get(ref)


TOOLS = [tool.spec for tool in builtin_tools(Workspace(Path("/nowhere")), Fetcher(), Kept(), now_ms)]
IT, TEXT, FIRST, ALL = Ref("path"), Ref("text"), Ref("item", 0), Ref("items")


def calls_of(text: str, tools: list[ToolSpec] = TOOLS) -> Calls:
    """All calls of all steps, in order; none when the words are answered with words."""
    understood = understand(text, tools)
    if isinstance(understood, Talk):
        return []
    return [(call.tool, dict(call.arguments)) for wish in understood for call in wish.calls]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("list the files", None),
        ("List all files, please.", None),
        ("what files are there?", None),
        ("which files do I have", None),
        ("how many files are there?", None),
        ("show me what is in the workspace", "."),
        ("what's in the workspace?", "."),
        ("ls", None),
        ("ls notes/", "notes"),
        ("list files in notes", "notes"),
        ("list the files in the folder notes", "notes"),
        ("what files are in the notes directory?", "notes"),
        ("what's in notes", "notes"),
        ("tell me what is in my notes folder", "notes"),
        ('list files in "my notes"', "my notes"),
    ],
)
def test_listing(text: str, path: str | None) -> None:
    """People ask for the files in many ways."""
    assert calls_of(text) == [("list_files", {} if path is None else {"path": path})]


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("read notes.txt", {"path": "notes.txt"}),
        ("Could you please read notes.txt for me?", {"path": "notes.txt"}),
        ("what's in notes.txt?", {"path": "notes.txt"}),
        ("what does notes.txt say", {"path": "notes.txt"}),
        ("show me the contents of notes/a.md", {"path": "notes/a.md"}),
        ("cat a", {"path": "a"}),
        ("open the readme", {"path": "readme"}),
        ('read "my file.txt"', {"path": "my file.txt"}),
        ("summarize notes.txt", {"path": "notes.txt"}),
        ("read notes.txt lines 1-20", {"path": "notes.txt", "first_line": 1, "last_line": 20}),
        ("show me lines 3 to 7 of a.md", {"path": "a.md", "first_line": 3, "last_line": 7}),
        ("show the first 5 lines of a.txt", {"path": "a.txt", "last_line": 5}),
    ],
)
def test_reading(text: str, arguments: dict[str, Value]) -> None:
    """A file as a whole, or some of its lines."""
    assert calls_of(text) == [("read_file", arguments)]


@pytest.mark.parametrize(
    ("text", "tool", "arguments"),
    [
        ("search the files for TODO", "search_files", {"text": "TODO"}),
        ('search for "foo bar" in notes', "search_files", {"text": "foo bar", "path": "notes"}),
        ("find TODO in the files", "search_files", {"text": "TODO"}),
        ('which files contain "hello world"?', "search_files", {"text": "hello world"}),
        ("find all files that mention invoice", "search_files", {"text": "invoice"}),
        ("search python files for import", "search_files", {"text": "import", "files": "*.py"}),
        ("search for TODO in *.py", "search_files", {"text": "TODO", "files": "*.py"}),
        ("where is TODO mentioned?", "search_files", {"text": "TODO"}),
        ("grep TODO in src", "search_files", {"text": "TODO", "path": "src"}),
        ("find *.md", "find_files", {"pattern": "*.md"}),
        ("find *.md in notes", "find_files", {"pattern": "*.md", "path": "notes"}),
        ("list *.txt", "find_files", {"pattern": "*.txt"}),
        ("find all markdown files", "find_files", {"pattern": "*.md"}),
        ("find the file named report", "find_files", {"pattern": "report"}),
        ("where is report.txt?", "find_files", {"pattern": "report.txt"}),
        ("how big is a.txt", "file_info", {"path": "a.txt"}),
        ("does a.txt exist?", "file_info", {"path": "a.txt"}),
        ("tell me about a.txt", "file_info", {"path": "a.txt"}),
        ("what time is it", "current_time", {}),
        ("What time is it in New York?", "current_time", {"zone": "New York"}),
        ("what's today's date", "current_time", {}),
        ("tell me the time in Berlin", "current_time", {"zone": "Berlin"}),
        ("fetch https://example.org/x?a=b", "fetch_url", {"url": "https://example.org/x?a=b"}),
        ("open www.example.org", "fetch_url", {"url": "https://www.example.org"}),
        ("fetch the page at example.org", "fetch_url", {"url": "https://example.org"}),
    ],
)
def test_looking_around(text: str, tool: str, arguments: dict[str, Value]) -> None:
    """Searching, finding, time and the web."""
    assert calls_of(text) == [(tool, arguments)]


@pytest.mark.parametrize(
    ("text", "tool", "arguments"),
    [
        (
            "create todo.txt with buy milk and bread",
            "write_file",
            {"path": "todo.txt", "content": "buy milk and bread"},
        ),
        ('create todo.txt with "buy milk"', "write_file", {"path": "todo.txt", "content": "buy milk"}),
        ("write a file a.txt containing the text hello", "write_file", {"path": "a.txt", "content": "hello"}),
        ("make x.md with:\n# Title\ntext", "write_file", {"path": "x.md", "content": "# Title\ntext"}),
        ("create a.py with ```python\nx = 1\ny = 2\n```", "write_file", {"path": "a.py", "content": "x = 1\ny = 2"}),
        ("write hello to a.txt", "write_file", {"path": "a.txt", "content": "hello"}),
        ("create an empty file a.txt", "write_file", {"path": "a.txt", "content": "", "overwrite": False}),
        ("touch a.txt", "write_file", {"path": "a.txt", "content": "", "overwrite": False}),
        ('append "x" to todo.txt', "append_file", {"path": "todo.txt", "content": "x"}),
        (
            "append buy milk and read book to a.txt",
            "append_file",
            {"path": "a.txt", "content": "buy milk and read book"},
        ),
        ("add a line eggs to the end of a.txt", "append_file", {"path": "a.txt", "content": "eggs"}),
        (
            "replace milk with bread in a.txt",
            "edit_file",
            {"path": "a.txt", "old_text": "milk", "new_text": "bread"},
        ),
        ('in a.txt, replace "a b" by "c"', "edit_file", {"path": "a.txt", "old_text": "a b", "new_text": "c"}),
        (
            "change foo to bar everywhere in a.txt",
            "edit_file",
            {"path": "a.txt", "old_text": "foo", "new_text": "bar", "everywhere": True},
        ),
        ("make a folder named archive", "make_folder", {"path": "archive"}),
        ("create the archive folder", "make_folder", {"path": "archive"}),
        ("mkdir a/b", "make_folder", {"path": "a/b"}),
        ("move a.txt to archive", "move_file", {"source": "a.txt", "target": "archive"}),
        ("rename a.txt to b.txt", "move_file", {"source": "a.txt", "target": "b.txt"}),
        ("copy a.txt to b.txt", "copy_file", {"source": "a.txt", "target": "b.txt"}),
        ("delete a.txt", "delete_file", {"path": "a.txt"}),
        ("delete the folder x", "delete_file", {"path": "x"}),
        ("delete the folder x with everything in it", "delete_file", {"path": "x", "recursive": True}),
    ],
)
def test_changing(text: str, tool: str, arguments: dict[str, Value]) -> None:
    """Words to be written are taken as they stand; only "everything in it" deletes a full folder."""
    assert calls_of(text) == [(tool, arguments)]


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        (
            "read a.txt and write its text to b.txt",
            [("read_file", {"path": "a.txt"}), ("write_file", {"content": TEXT, "path": "b.txt"})],
        ),
        (
            "find all files that mention X and read the first",
            [("search_files", {"text": "X"}), ("read_file", {"path": FIRST})],
        ),
        ("find all *.txt files, then read them", [("find_files", {"pattern": "*.txt"}), ("read_file", {"path": ALL})]),
        (
            "create a.txt with hello and then read it",
            [("write_file", {"path": "a.txt", "content": "hello"}), ("read_file", {"path": IT})],
        ),
        (
            "make a folder x, move a.txt to x and list x",
            [
                ("make_folder", {"path": "x"}),
                ("move_file", {"source": "a.txt", "target": "x"}),
                ("list_files", {"path": "x"}),
            ],
        ),
        ("Read a.txt. Then list the files.", [("read_file", {"path": "a.txt"}), ("list_files", {})]),
        ("read a.txt, b.txt and c.txt", [("read_file", {"path": name}) for name in ("a.txt", "b.txt", "c.txt")]),
        ('write "read it and then go" to a.txt', [("write_file", {"content": "read it and then go", "path": "a.txt"})]),
        (
            "create a.txt with call mom and read book",
            [("write_file", {"path": "a.txt", "content": "call mom and read book"})],
        ),
        (
            "open https://example.org and save its text to page.txt",
            [("fetch_url", {"url": "https://example.org"}), ("write_file", {"content": TEXT, "path": "page.txt"})],
        ),
    ],
)  # fmt: skip
def test_several_steps(text: str, calls: Calls) -> None:
    """Steps are parted where both sides make sense, never within quotes, and refer to each other."""
    assert calls_of(text) == calls


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ('call read_file with {"path": "a and then b.txt"}', [("read_file", {"path": "a and then b.txt"})]),
        ("call list_files", [("list_files", {})]),
        ("use the tool read_file with path=a.txt", [("read_file", {"path": "a.txt"})]),
        ("run `file_info` with path: notes", [("file_info", {"path": "notes"})]),
        ('call odd__tool with {"x": [1, 2]}', [("odd__tool", {"x": [1, 2]})]),
    ],
)
def test_any_tool_can_be_called_by_name(text: str, calls: Calls) -> None:
    """Arguments as JSON or as pairs."""
    odd = ToolSpec("odd__tool", "", {"type": "object"})
    assert calls_of(text, [*TOOLS, odd]) == calls


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("call nothing_like_it with {}", "There is no tool `nothing_like_it`"),
        ("call read_file with {broken", "not valid JSON"),
        ("call read_file with [1]", "one JSON object"),
        ("call read_file", "I need its `path`"),
        ("hello", "built-in operator"),
        ("who are you?", "no language model"),
        ("what can you do", "You can ask me"),
        ("help", "You can ask me"),
        ("which tools do you have?", "`search_files`"),
        ("how do I connect ollama?", "OLLAMA_HOST"),
        ("thanks!", "welcome"),
        ("write a poem about the sea", "I did not understand that"),
        ("", "I did not understand that"),
        ("   \n", "I did not understand that"),
        ("\ud800", "I did not understand that"),
    ],
)
def test_words_that_need_no_tool(text: str, said: str) -> None:
    """It says plainly what it is, what it can do, and how to connect a real model."""
    understood = understand(text, TOOLS)
    assert isinstance(understood, Talk)
    assert said in understood.words


def test_what_is_not_understood_tells_how_to_connect_a_model() -> None:
    """Nobody is left without a way on."""
    understood = understand("sing me a song", TOOLS)
    assert isinstance(understood, Talk)
    assert "OPENAI_API_KEY" in understood.words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("where is the spare key?", ["spare", "key"]),
        ("When do I have to water the plants?", ["water", "plants"]),
        ("Which router button restarts it after a failure", ["router", "restarts", "failure"]),
        ("who knows Ada's phone number?", ["knows", "phone", "number"]),
        ("why?", []),
        ("sing me a song", []),
    ],
)
def test_the_words_of_a_question_are_looked_for(text: str, words: list[str]) -> None:
    """The longest of them, in the files."""
    assert [arguments["text"] for _, arguments in calls_of(text)] == words


TICKETS = ToolSpec(
    "mcp__tracker__create_ticket",
    "Create a ticket in the issue tracker",
    {
        "type": "object",
        "properties": {
            "title": {"type": "string"},
            "priority": {"type": "string", "enum": ["low", "high"]},
            "points": {"type": "integer"},
        },
        "required": ["title"],
    },
    source="tracker",
)
WEATHER = ToolSpec(
    "get_weather",
    "Get the weather forecast for a city",
    {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
)
OTHERS = [TICKETS, WEATHER]


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        (
            'create a ticket "Fix the door" with high priority and 5 points',
            [("mcp__tracker__create_ticket", {"title": "Fix the door", "priority": "high", "points": 5})],
        ),
        ("get the weather in Paris", [("get_weather", {"city": "Paris"})]),
        ("what is the weather for New York?", [("get_weather", {"city": "New York"})]),
        ("sing a song", []),
    ],
)
def test_tools_that_no_phrase_knows_are_matched_by_their_schemas(text: str, calls: Calls) -> None:
    """Words of name and description choose the tool; quotes, numbers and choices fill its arguments."""
    assert calls_of(text, OTHERS) == calls


def test_a_missing_argument_is_asked_for() -> None:
    """With an example of how to say it."""
    understood = understand("create a ticket", OTHERS)
    assert isinstance(understood, Talk)
    assert 'call mcp__tracker__create_ticket with {"title":"…"}' in understood.words


def test_a_tool_of_a_server_serves_where_the_built_in_one_is_missing() -> None:
    """The same words work with an MCP server's file tools."""
    reading = ToolSpec("mcp__fs__read_file", "Read a file", {"type": "object"})
    assert calls_of("read a.txt", [reading]) == [("mcp__fs__read_file", {"path": "a.txt"})]


def test_a_clear_request_without_its_tool_is_told_so() -> None:
    """Better than not to understand."""
    understood = understand("delete a.txt", [WEATHER])
    assert isinstance(understood, Talk)
    assert "`delete_file`" in understood.words


def test_too_many_steps_are_refused() -> None:
    """A request has an end."""
    assert calls_of("; ".join(["list the files"] * 13)) == []


_WORDS = st.sampled_from(
    ["read", "write", "a.txt", "and", "then", "to", '"', "with", ",", "it", "the", "files", "\n", "{", "*"]
)


@given(st.lists(_WORDS, max_size=30).map(" ".join))
def test_any_words_get_an_answer(text: str) -> None:
    """Whatever is said, there are steps or words, never an error."""
    assert understand(text, TOOLS)


@pytest.mark.parametrize(
    "text",
    [
        "read " * 2_000,
        "replace a with b " * 200,
        "x and then " * 3_000,
        "read a.txt and " * 300,
        "list the files and " * 200,
        "search for " + "x in y " * 500,
        "a" * 200_000,
        "and " * 5_000,
        '"' * 3_900,
        "{" * 3_900,
    ],
)
def test_long_nonsense_takes_no_long_time(text: str) -> None:
    """A pasted document does not hold the process up (the limit is the test run's own patience)."""
    understand(text, TOOLS)
