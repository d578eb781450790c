"""Which texts are paths into the workspace."""

import pytest
from agent_runner.tools.paths import InvalidPath, Parts, PathOutsideWorkspace, shown, split
from hypothesis import given
from hypothesis import strategies as st
from kit.problems import Problem


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("a.txt", ("a.txt",)),
        ("notes/a.txt", ("notes", "a.txt")),
        ("./notes//a.txt/", ("notes", "a.txt")),
        ("", ()),
        (".", ()),
        ("./.", ()),
        ("...", ("...",)),
        ("..a/b..", ("..a", "b..")),
        ("a\\..\\b", ("a\\..\\b",)),
        ("~/x", ("~", "x")),
        ("%2e%2e/x", ("%2e%2e", "x")),
        (" a ", (" a ",)),
        ("ü/ß", ("ü", "ß")),
    ],
)
def test_paths_are_read_name_by_name(path: str, parts: Parts) -> None:
    """Nothing but a slash parts names, and nothing is expanded."""
    assert split(path) == parts


@pytest.mark.parametrize("path", ["..", "../x", "a/../../x", "a/..", "/", "/etc/passwd", "//x", "./..", "a/../b"])
def test_paths_that_lead_out_are_refused(path: str) -> None:
    """Absolute ones, and every `..`, also one that would lead back inside; the words help."""
    with pytest.raises(PathOutsideWorkspace, match="give a path") as raised:
        split(path)
    assert raised.value.status == 403


@pytest.mark.parametrize("path", ["a\0b", "\ud800", "x" * 256, "ü" * 128, "a/" * 65 + "b", "ab/" * 2_000])
def test_texts_that_are_no_paths_are_refused(path: str) -> None:
    """NUL, broken Unicode, names and paths beyond any disk's limits."""
    with pytest.raises(InvalidPath) as raised:
        split(path)
    assert raised.value.status == 400


@given(st.text())
def test_any_text_is_a_path_or_a_problem(path: str) -> None:
    """And what is a path holds neither `..` nor a slash, and stays itself."""
    try:
        parts = split(path)
    except Problem:
        return
    assert not {"..", ".", ""} & set(parts)
    assert all("/" not in part for part in parts)
    assert split(shown(parts)) == parts
