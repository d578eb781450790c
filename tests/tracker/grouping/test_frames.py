"""Stacks of browsers and Python come down to the same frames."""

import pytest
from tracker.grouping.frames import INNERMOST, Frame, frames_of

CHROME = """TypeError: Cannot read properties of undefined (reading 'x')
    at Object.render (https://host:8080/assets/main.3f2a1b9c.js?v=1:10:5)
    at async load (https://host:8080/assets/main.3f2a1b9c.js:20:5)
    at https://host:8080/assets/main.3f2a1b9c.js:30:5
    at Array.map (<anonymous>)
    at HTMLButtonElement.onclick (https://host:8080/runs/12:1:1)"""
FIREFOX = """render@https://host:8080/assets/main.3f2a1b9c.js?v=1:10:5
async*load@https://host:8080/assets/main.3f2a1b9c.js:20:5
load/<@https://host:8080/assets/main.3f2a1b9c.js:30:5
onclick@https://host:8080/runs/12:1:1
"""
SAFARI = """render@https://host:8080/assets/main.3f2a1b9c.js?v=1:10:5
load@https://host:8080/assets/main.3f2a1b9c.js:20:5
https://host:8080/assets/main.3f2a1b9c.js:30:5
map@[native code]
onclick@https://host:8080/runs/12:1:1"""
PYTHON = """Traceback (most recent call last):
  File "/srv/app/Runs.py", line 10, in start
    self.step()
  File "/srv/app/runs.py", line 20, in step
    client.get(url)
  File "/usr/lib/python3.11/site-packages/httpx/_client.py", line 3, in send
    raise error
  File "<frozen importlib._bootstrap>", line 1, in x
httpx.ConnectError: refused
"""
ONCE = [Frame("main.js", "render"), Frame("main.js", "load"), Frame("main.js", "")]


@pytest.mark.parametrize("stack", [CHROME, FIREFOX, SAFARI], ids=["chrome", "firefox", "safari"])
def test_browsers_agree(stack: str) -> None:
    """Build hashes, queries, positions, native code and page addresses leave no trace."""
    assert list(frames_of(stack)) == ONCE


def test_python_is_turned_round_and_ours_only() -> None:
    """The innermost frame comes first; the library's and the interpreter's frames are left out."""
    assert list(frames_of(PYTHON)) == [Frame("runs.py", "step"), Frame("runs.py", "start")]


def test_foreign_frames_are_better_than_none() -> None:
    """A stack with nothing of our own still says where it was."""
    assert frames_of("at x (https://h/node_modules/lib/Index.js:1:1)\nat send (a/node_modules/b.js:2:2)") == (
        Frame("index.js", ""),
        Frame("b.js", "send"),
    )


def test_recursion_is_folded() -> None:
    """However deep it went, the stack is the same."""
    once = "at walk (app.js:1:1)\nat visit (app.js:2:1)\nat main (app.js:3:1)"
    deep = "at walk (app.js:1:1)\nat visit (app.js:2:1)\n" * 400 + "at main (app.js:3:1)"
    assert frames_of(once) == frames_of(deep)


def test_only_the_innermost_take_part() -> None:
    """Browsers keep stacks of different length."""
    long = "\n".join(f"at step{n}step (app.js:{n}:1)" for n in range(100))
    assert len(frames_of(long)) == INNERMOST
    assert frames_of(long) == frames_of("\n".join(long.splitlines()[:10]))


@pytest.mark.parametrize("stack", ["", "no stack at all", "at", "@@@@:1:1", "\n" * 100, "at (((", 'File "x", line y'])
def test_what_is_no_stack_has_no_frames(stack: str) -> None:
    """Text in no known form gives nothing, and no error."""
    assert frames_of(stack) == ()


@pytest.mark.parametrize(
    ("place", "file"),
    [
        ("https://h/assets/chunk-BxY3_k9a.js:1:1", "chunk.js"),
        ("https://h/assets/vendor.min.js:1:1", "vendor.min.js"),
        ("webpack-internal:///./src/App.tsx:1:1", "app.tsx"),
        ("file:///C:/app/Main.JS:1:1", "main.js"),
    ],
)
def test_file_names_lose_what_a_build_adds(place: str, file: str) -> None:
    """The same source file has one name over builds, machines and cases."""
    assert frames_of(f"at render ({place})") == (Frame(file, "render"),)
