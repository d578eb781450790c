"""The file tools as a model uses them."""

import asyncio
import json
from pathlib import Path

import pytest
from agent_runner.core.types import Failure
from agent_runner.tools.copying import FileLimits
from agent_runner.tools.files import file_tools
from agent_runner.tools.registry import ToolRegistry
from agent_runner.tools.workspace import Workspace
from kit.jsontypes import Json

from tests.agent.tools.calling import use


class Desk:
    """A folder and the tools on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tools = ToolRegistry(file_tools(Workspace(folder, FileLimits(read_bytes=100_000))))

    async def __call__(self, name: str, **arguments: Json) -> str | Failure:
        return await use(self.tools.find(name), json.dumps(arguments))

    async def code(self, name: str, **arguments: Json) -> str:
        failure = await self(name, **arguments)
        assert isinstance(failure, Failure)
        return failure.code


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.txt").write_text("one\ntwo\nthree\n")
    return Desk(tmp_path)


def test_names_and_permissions(desk: Desk) -> None:
    """Only those that look are free to run; the others change files one after the other."""
    reading = {spec.name for spec in desk.tools.specs() if spec.read_only}
    assert reading == {"list_files", "file_info", "read_file", "find_files", "search_files"}
    changing = {spec.name for spec in desk.tools.specs() if spec.serial == "workspace"}
    assert changing == {
        "write_file",
        "append_file",
        "edit_file",
        "make_folder",
        "move_file",
        "copy_file",
        "delete_file",
    }


def test_schemas_are_small_and_closed(desk: Desk) -> None:
    """A model pays for every word of them, and must not invent arguments."""
    for spec in desk.tools.specs():
        assert spec.input_schema["additionalProperties"] is False
        assert "title" not in json.dumps(spec.input_schema)
        assert len(json.dumps(spec.input_schema)) < 800


async def test_listing_and_info(desk: Desk) -> None:
    """What is where, and what it is."""
    assert await desk("list_files") == "notes/"
    assert await desk("list_files", path="notes") == "a.txt (14 bytes)"
    info = await desk("file_info", path="notes/a.txt")
    assert isinstance(info, str)
    assert "kind: file\nsize: 14 bytes\nmodified: 20" in info
    (desk.folder / "empty").mkdir()
    assert await desk("list_files", path="empty") == "[empty folder]"


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({}, "one\ntwo\nthree\n"),
        ({"first_line": 2}, "two\nthree\n"),
        ({"first_line": 2, "last_line": 2}, "two\n"),
        ({"last_line": 99}, "one\ntwo\nthree\n"),
        ({"first_line": 9}, "[no such lines: notes/a.txt has 3]"),
    ],
)
async def test_reading_ranges(desk: Desk, arguments: dict[str, Json], text: str) -> None:
    """Lines count from 1 and both ends are included."""
    assert await desk("read_file", path="notes/a.txt", **arguments) == text


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("grüße".encode(), "grüße"),
        ("\ufeffgrüße".encode(), "\ufeffgrüße"),
        ("grüße".encode("utf-16"), "\ufeffgrüße"),
        ("grüße".encode("latin-1"), "grüße"),
        (b"", ""),
    ],
)
async def test_encodings_are_recognized_and_kept(desk: Desk, data: bytes, text: str) -> None:
    """An edit gives back the same bytes around it."""
    (desk.folder / "f").write_bytes(data)
    assert await desk("read_file", path="f") == text
    if data:
        await desk("edit_file", path="f", old_text="gr", new_text="GR")
        assert (desk.folder / "f").read_bytes() != data
        await desk("edit_file", path="f", old_text="GR", new_text="gr")
        assert (desk.folder / "f").read_bytes() == data


async def test_binary_files_are_described_not_read(desk: Desk) -> None:
    """Nobody reads an image as text."""
    (desk.folder / "image.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0")
    failure = await desk("read_file", path="image.png")
    assert isinstance(failure, Failure)
    assert (failure.code, "89 50 4e 47" in failure.detail) == ("not_text", True)
    assert await desk.code("edit_file", path="image.png", old_text="P", new_text="Q") == "not_text"


async def test_writing(desk: Desk) -> None:
    """Whole files, exactly as given."""
    assert await desk("write_file", path="new/b.txt", content="hi\n") == "wrote new/b.txt (3 bytes)"
    assert (desk.folder / "new" / "b.txt").read_text() == "hi\n"
    assert await desk.code("write_file", path="new/b.txt", content="", overwrite=False) == "file_exists"
    await desk("append_file", path="new/b.txt", content="there")
    await desk("append_file", path="new/b.txt", content="!", on_new_line=False)
    assert (desk.folder / "new" / "b.txt").read_text() == "hi\nthere!"


@pytest.mark.parametrize(
    ("before", "old", "new", "everywhere", "after"),
    [
        ("a b a", "b", "c", False, "a c a"),
        ("a b a", "a", "c", True, "c b c"),
        ("a b a", "a", "c", False, "text_not_found"),
        ("a b a", "x", "c", False, "text_not_found"),
        ("a\r\nb\r\n", "a\nb", "x\ny", False, "x\r\ny\r\n"),
        ("a\nb", "a\nb", "", False, ""),
    ],
)
async def test_editing(desk: Desk, before: str, old: str, new: str, everywhere: bool, after: str) -> None:
    """The text must be there just once, unless every place is meant; line ends are those of the file."""
    (desk.folder / "f").write_bytes(before.encode())
    result = await desk("edit_file", path="f", old_text=old, new_text=new, everywhere=everywhere)
    if isinstance(result, Failure):
        assert result.code == after
    else:
        assert (desk.folder / "f").read_bytes() == after.encode()


async def test_text_that_a_file_cannot_hold_is_refused(desk: Desk) -> None:
    """An edit never turns a file into another encoding."""
    (desk.folder / "f").write_bytes("ü".encode("latin-1"))
    assert await desk.code("edit_file", path="f", old_text="ü", new_text="€") == "invalid_text"
    assert (desk.folder / "f").read_bytes() == "ü".encode("latin-1")


async def test_lone_surrogates_are_replaced_before_they_are_written(desk: Desk) -> None:
    """Arguments are cleaned on their way in."""
    assert await use(desk.tools.find("write_file"), '{"path": "f", "content": "a\\ud800"}') == "wrote f (4 bytes)"


async def test_moving_copying_deleting(desk: Desk) -> None:
    """As `mv`, `cp` and `rm`, but never onto something unasked."""
    assert await desk("copy_file", source="notes", target="copy") == "copied notes to copy"
    assert await desk("move_file", source="copy/a.txt", target="b.txt") == "moved copy/a.txt to b.txt"
    assert await desk.code("move_file", source="b.txt", target="notes/a.txt") == "file_exists"
    assert await desk.code("delete_file", path="notes") == "folder_not_empty"
    assert await desk("delete_file", path="notes", recursive=True) == "deleted notes"
    assert await desk("make_folder", path="x/y") == "made folder x/y"


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*.txt", ["a.txt", "deep/B.TXT", "deep/er/c.txt"]),
        ("b", ["deep/B.TXT"]),
        ("deep/*", ["deep/B.TXT", "deep/er/", "deep/er/c.txt"]),
        ("**/*.txt", ["a.txt", "deep/B.TXT", "deep/er/c.txt"]),
        ("./a.txt", ["a.txt"]),
        ("er/c", ["deep/er/c.txt"]),
        ("?.txt", ["a.txt", "deep/B.TXT", "deep/er/c.txt"]),
        ("none", ["[nothing of that name]"]),
    ],
)
async def test_finding(tmp_path: Path, pattern: str, found: list[str]) -> None:
    """By part of a name or by glob, in any case, below any folder but those of tools."""
    for name in ("a.txt", "deep/B.TXT", "deep/er/c.txt", ".git/a.txt", "node_modules/a.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    answer = await Desk(tmp_path)("find_files", pattern=pattern)
    assert isinstance(answer, str)
    assert answer.splitlines() == found


async def test_searching(desk: Desk) -> None:
    """Lines with their places; binary files, links and what is too large are passed over."""
    (desk.folder / "b.md").write_text("TWO at last\n" + "x" * 500 + " two " + "y" * 500)
    (desk.folder / "binary").write_bytes(b"\0two")
    (desk.folder / "large").write_bytes(b"two\n" * 30_000)
    (desk.folder / "link").symlink_to("/etc/hostname")
    answer = await desk("search_files", text="two")
    assert isinstance(answer, str)
    first, second, third = answer.splitlines()
    assert first == "b.md:1: TWO at last"
    assert second.startswith("b.md:2: …")
    assert " two " in second
    assert len(second) < 400
    assert third == "notes/a.txt:2: two"
    assert await desk("search_files", text="two", files="*.md", path="notes") == "[not found]"
    assert await desk("search_files", text="t.o") == "[not found]"


async def test_results_are_limited_and_say_so(desk: Desk) -> None:
    """A model knows that there is more."""
    for number in range(20):
        (desk.folder / f"{number}.log").write_text("word\nword\n")
    found = await desk("find_files", pattern="*.log", max_results=3)
    assert found == "0.log\n1.log\n10.log\n[there is more: narrow it down, or raise max_results]"
    searched = await desk("search_files", text="word", max_results=2)
    assert searched == "0.log:1: word\n0.log:2: word\n[there is more: narrow it down, or raise max_results]"


@pytest.mark.parametrize(
    "name", ["list_files", "file_info", "read_file", "write_file", "edit_file", "make_folder", "delete_file"]
)
@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a\0b", "link/x", "x" * 300])
async def test_no_tool_leaves_the_folder(desk: Desk, name: str, path: str) -> None:
    """Whatever the tool, the path is refused with a word that helps."""
    (desk.folder / "link").symlink_to("/etc")
    more: dict[str, Json] = {"content": "x"} if name == "write_file" else {}
    more = {"old_text": "a", "new_text": "b"} if name == "edit_file" else more
    code = await desk.code(name, path=path, **more)
    # a NUL is replaced on the way in, and what is left names no file
    assert code in {"path_outside_workspace", "invalid_path", "file_not_found"} or "\0" in path


async def test_a_search_that_nobody_waits_for_ends(tmp_path: Path) -> None:
    """A cancelled run leaves no thread reading through the disk."""
    for number in range(2_000):
        (tmp_path / f"{number}.txt").write_text("word\n" * 50)
    search = asyncio.create_task(Desk(tmp_path)("search_files", text="nothing"))
    await asyncio.sleep(0.02)
    search.cancel()
    with pytest.raises(asyncio.CancelledError):
        await search
    await asyncio.wait_for(asyncio.get_running_loop().shutdown_default_executor(), 1)
