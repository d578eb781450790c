"""Files in the workspace: what works, what is refused, and that nothing outside is ever touched."""

import contextlib
import errno
import os
import shutil
import socket
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest
from agent_runner.tools import copying, paths
from agent_runner.tools.copying import FileLimits
from agent_runner.tools.workspace import Workspace
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kit.problems import Problem

SECRET = b"the secret outside"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "secret.txt").write_bytes(SECRET)
    return folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "workspace"
    folder.mkdir()
    return folder


@pytest.fixture
def workspace(root: Path) -> Workspace:
    return Workspace(root)


def test_what_is_written_can_be_read_and_listed(workspace: Workspace) -> None:
    """Folders that lead to a file are made with it; folders are listed first, then names in any case together."""
    workspace.write_bytes("notes/b.txt", b"hello")
    workspace.write_bytes("A.txt", b"")
    workspace.write_bytes("z.txt", b"")
    assert workspace.read_bytes("notes/b.txt") == b"hello"
    assert [(entry.path, entry.kind, entry.size) for entry in workspace.list()] == [
        ("notes", "folder", 0),
        ("A.txt", "file", 0),
        ("z.txt", "file", 0),
    ]
    assert [entry.path for entry in workspace.list("notes")] == ["notes/b.txt"]
    assert workspace.info("notes/b.txt").name == "b.txt"
    assert workspace.info(".").kind == "folder"


def test_a_file_is_replaced_whole_and_keeps_its_mode(workspace: Workspace, root: Path) -> None:
    """A script stays executable; nothing of the writing is left beside it."""
    (root / "run.sh").write_text("old")
    (root / "run.sh").chmod(0o750)
    workspace.write_bytes("run.sh", b"new")
    assert stat.S_IMODE((root / "run.sh").stat().st_mode) == 0o750
    assert names(root) == ["run.sh"]


def test_a_file_that_must_not_be_replaced_is_kept(workspace: Workspace, root: Path) -> None:
    """409, and the old content is there."""
    (root / "a").write_text("old")
    with pytest.raises(paths.FileExists):
        workspace.write_bytes("a", b"new", overwrite=False)
    assert (root / "a").read_text() == "old"


def test_appending(workspace: Workspace, root: Path) -> None:
    """Makes the file when missing, and can begin on a line of its own."""
    workspace.append_bytes("log", b"one")
    workspace.append_bytes("log", b"+")
    workspace.append_bytes("log", b"two\n", on_new_line=True)
    workspace.append_bytes("log", b"three", on_new_line=True)
    assert (root / "log").read_bytes() == b"one+\ntwo\nthree"


def test_changes_do_not_overwrite_each_other(workspace: Workspace) -> None:
    """Edits from many threads all arrive."""
    workspace.write_bytes("count", b"")
    threads = [threading.Thread(target=lambda: workspace.change("count", lambda data: data + b"x")) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert workspace.read_bytes("count") == b"x" * 20


def test_moving(workspace: Workspace, root: Path) -> None:
    """To a new name, to a new folder, or into one that is there; never onto something unasked."""
    workspace.write_bytes("a", b"a")
    assert workspace.move("a", "b").path == "b"
    assert workspace.move("b", "new/folder/c").path == "new/folder/c"
    workspace.make_folder("x")
    assert workspace.move("new/folder/c", "x").path == "x/c"
    workspace.write_bytes("d", b"d")
    with pytest.raises(paths.FileExists):
        workspace.move("d", "x/c")
    assert workspace.move("d", "x/c", overwrite=True).path == "x/c"
    assert (root / "x/c").read_bytes() == b"d"
    assert workspace.move("x", "y").kind == "folder"


def test_copying(workspace: Workspace, root: Path) -> None:
    """Files with their mode, folders with all that they hold; links are left out."""
    workspace.write_bytes("a/b/run.sh", b"#!")
    (root / "a/b/run.sh").chmod(0o755)
    (root / "a/link").symlink_to("/etc")
    assert workspace.copy("a", "c").path == "c"
    assert (root / "c/b/run.sh").read_bytes() == b"#!"
    assert os.access(root / "c/b/run.sh", os.X_OK)
    assert names(root / "c") == ["b"]
    assert workspace.copy("a/b/run.sh", "c").path == "c/run.sh"
    with pytest.raises(paths.FileExists):
        workspace.copy("a/b/run.sh", "c/run.sh")
    with pytest.raises(paths.InvalidPath, match="into itself"):
        workspace.copy("a", "a/b")
    assert names(root) == ["a", "c"]


@pytest.mark.parametrize("limits", [FileLimits(entries=3), FileLimits(tree_bytes=5)])
def test_a_copy_that_grows_too_large_leaves_nothing(root: Path, limits: FileLimits) -> None:
    """Neither half a copy nor what was begun of it."""
    workspace = Workspace(root, limits)
    for name in "abcd":
        (root / "many").mkdir(exist_ok=True)
        (root / "many" / name).write_text("xx")
    with pytest.raises(paths.FileTooLarge):
        workspace.copy("many", "more")
    assert names(root) == ["many"]


def test_deleting(workspace: Workspace, root: Path) -> None:
    """A full folder only when that is said; a link goes, what it points to stays."""
    workspace.write_bytes("a/b", b"")
    with pytest.raises(paths.FolderNotEmpty):
        workspace.delete("a")
    workspace.delete("a/b")
    workspace.delete("a")
    workspace.write_bytes("c/d/e", b"")
    workspace.delete("c", recursive=True)
    assert names(root) == []


@pytest.mark.parametrize(
    "work",
    [
        lambda w: w.read_bytes("none"),
        lambda w: w.info("none"),
        lambda w: w.list("none"),
        lambda w: w.delete("none"),
        lambda w: w.move("none", "b"),
        lambda w: w.copy("none", "b"),
        lambda w: w.read_bytes("none/below"),
    ],
)
def test_what_is_not_there_is_a_404(workspace: Workspace, work: Callable[[Workspace], object]) -> None:
    """With the name that was asked for."""
    with pytest.raises(paths.FileMissing, match="none") as raised:
        work(workspace)
    assert raised.value.status == 404


@pytest.mark.parametrize(
    ("work", "problem"),
    [
        (lambda w: w.read_bytes("folder"), paths.NotAFile),
        (lambda w: w.write_bytes("folder", b""), paths.NotAFile),
        (lambda w: w.append_bytes("folder", b""), paths.NotAFile),
        (lambda w: w.list("file"), paths.NotAFolder),
        (lambda w: w.read_bytes("file/below"), paths.NotAFolder),
        (lambda w: w.write_bytes("file/below", b""), paths.NotAFolder),
        (lambda w: w.make_folder("file"), paths.NotAFolder),
        (lambda w: w.move("folder", "folder/below"), paths.InvalidPath),
        (lambda w: w.delete("."), paths.AccessDenied),
        (lambda w: w.move(".", "x"), paths.AccessDenied),
        (lambda w: w.copy(".", "x"), paths.InvalidPath),
        (lambda w: w.write_bytes("", b""), paths.AccessDenied),
        (lambda w: w.list("\0"), paths.InvalidPath),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(
    workspace: Workspace, root: Path, work: Callable[[Workspace], object], problem: type[Problem]
) -> None:
    """A folder is no file, a file no folder, and the workspace itself stays where it is."""
    (root / "file").write_text("f")
    (root / "folder").mkdir()
    with pytest.raises(problem):
        work(workspace)
    assert (root / "file").read_text() == "f"


def test_files_over_the_limit_are_refused(root: Path) -> None:
    """Neither read into memory nor written."""
    workspace = Workspace(root, FileLimits(read_bytes=10, write_bytes=10))
    (root / "big").write_bytes(b"x" * 11)
    for work in (
        lambda: workspace.read_bytes("big"),
        lambda: workspace.write_bytes("new", b"x" * 11),
        lambda: workspace.append_bytes("big", b""),
    ):
        with pytest.raises(paths.FileTooLarge):
            work()
    assert names(root) == ["big"]


def test_pipes_sockets_and_devices_are_no_files(workspace: Workspace, root: Path) -> None:
    """They are refused at once: opening them could wait for ever, or do something."""
    os.mkfifo(root / "pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        here = os.open(root, os.O_RDONLY)
        listening.bind(f"/proc/self/fd/{here}/socket")
        os.close(here)
        for name in ("pipe", "socket"):
            assert workspace.info(name).kind == "other"
            for work in (
                workspace.read_bytes,
                lambda p: workspace.append_bytes(p, b"x"),
                lambda p: workspace.write_bytes(p, b"x"),
            ):
                with pytest.raises(paths.NotAFile, match="pipe, socket or device"):
                    work(name)


Work: TypeAlias = Callable[[Workspace, str], object]
LINKED: list[Work] = [
    lambda w, p: w.read_bytes(p),
    lambda w, p: w.write_bytes(p, b"evil"),
    lambda w, p: w.append_bytes(p, b"evil"),
    lambda w, p: w.change(p, lambda _: b"evil"),
    lambda w, p: w.copy(p, "stolen"),
    lambda w, p: w.move("mine", p, overwrite=True),
    lambda w, p: w.copy("mine", p, overwrite=True),
]
THROUGH: list[Work] = [
    lambda w, p: w.list(p),
    lambda w, p: w.read_bytes(f"{p}/secret.txt"),
    lambda w, p: w.write_bytes(f"{p}/secret.txt", b"evil"),
    lambda w, p: w.write_bytes(f"{p}/new.txt", b"evil"),
    lambda w, p: w.append_bytes(f"{p}/secret.txt", b"evil"),
    lambda w, p: w.info(f"{p}/secret.txt"),
    lambda w, p: w.make_folder(f"{p}/new"),
    lambda w, p: w.delete(f"{p}/secret.txt"),
    lambda w, p: w.move(f"{p}/secret.txt", "stolen"),
    lambda w, p: w.move("mine", f"{p}/mine"),
    lambda w, p: w.copy(f"{p}/secret.txt", "stolen"),
    lambda w, p: w.copy("mine", f"{p}/mine"),
]


@pytest.mark.parametrize("work", LINKED)
def test_a_link_to_a_file_is_not_followed(workspace: Workspace, root: Path, outside: Path, work: Work) -> None:
    """Reading, writing or copying through it is refused; the file outside is as it was."""
    (root / "mine").write_text("mine")
    (root / "link").symlink_to(outside / "secret.txt")
    with pytest.raises(paths.PathOutsideWorkspace, match="symbolic link"):
        work(workspace, "link")
    assert (outside / "secret.txt").read_bytes() == SECRET
    assert not (root / "stolen").exists()


@pytest.mark.parametrize("work", THROUGH)
@pytest.mark.parametrize("inside", [False, True])
def test_a_link_to_a_folder_is_not_followed(
    workspace: Workspace, root: Path, outside: Path, work: Work, inside: bool
) -> None:
    """Wherever it leads, out of the workspace or back into it."""
    (root / "mine").write_text("mine")
    (root / "real").mkdir()
    (root / "real" / "secret.txt").write_bytes(SECRET)
    (root / "link").symlink_to("real" if inside else outside)
    with pytest.raises(paths.PathOutsideWorkspace):
        work(workspace, "link")
    for folder in (outside, root / "real"):
        assert names(folder) == ["secret.txt"]
        assert (folder / "secret.txt").read_bytes() == SECRET


def test_links_themselves_can_be_seen_moved_and_deleted(workspace: Workspace, root: Path, outside: Path) -> None:
    """What they point to is never touched."""
    (root / "link").symlink_to(outside)
    assert workspace.list()[0].kind == "link"
    assert workspace.info("link").kind == "link"
    workspace.move("link", "other")
    workspace.delete("other", recursive=True)
    assert names(root) == []
    assert (outside / "secret.txt").read_bytes() == SECRET


@pytest.mark.parametrize("work", LINKED[1:4])
def test_a_hard_link_is_replaced_not_written_through(
    workspace: Workspace, root: Path, outside: Path, work: Work
) -> None:
    """The other name of the file keeps its content, wherever it lies."""
    (root / "hard").hardlink_to(outside / "secret.txt")
    work(workspace, "hard")
    assert (root / "hard").read_bytes().endswith(b"evil")
    assert (outside / "secret.txt").read_bytes() == SECRET


def test_deleting_a_folder_stops_at_links(workspace: Workspace, root: Path, outside: Path) -> None:
    """Only the link within is deleted."""
    (root / "folder").mkdir()
    (root / "folder" / "link").symlink_to(outside)
    workspace.delete("folder", recursive=True)
    assert (outside / "secret.txt").read_bytes() == SECRET


def test_the_workspace_folder_may_itself_be_a_link(tmp_path: Path, root: Path) -> None:
    """Whoever sets it up may put it where they like."""
    (tmp_path / "alias").symlink_to(root)
    Workspace(tmp_path / "alias").write_bytes("a", b"x")
    assert (root / "a").read_bytes() == b"x"


def test_names_that_are_no_unicode_are_shown(workspace: Workspace, root: Path) -> None:
    """With a replacement character, and without failing the whole list."""
    os.close(os.open(os.fsencode(root) + b"/bad\xff", os.O_CREAT | os.O_WRONLY))
    assert [entry.name for entry in workspace.list()] == ["bad\ufffd"]


def test_a_full_disk_loses_nothing(workspace: Workspace, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The old content stays, nothing is left beside it, and the problem says so."""
    (root / "a").write_text("old")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(paths.DiskFull, match="no room left") as raised:
        workspace.write_bytes("a", b"new")
    assert raised.value.status == 503
    assert names(root) == ["a"]
    assert (root / "a").read_text() == "old"


def test_a_swap_between_check_and_use_gains_nothing(workspace: Workspace, root: Path, outside: Path) -> None:
    """While another thread swaps a folder for a link to the outside, nothing outside is read or written."""
    (root / "real").mkdir()
    stop = threading.Event()

    def swap() -> None:
        real, away = root / "real", root / "away"
        while not stop.is_set():
            with contextlib.suppress(OSError):  # the other thread makes folders meanwhile
                real.rename(away)
                real.symlink_to(outside)
            with contextlib.suppress(OSError):
                real.unlink()
            with contextlib.suppress(OSError):
                away.rename(real)
            shutil.rmtree(away, ignore_errors=True)

    thread = threading.Thread(target=swap)
    thread.start()
    seen: set[bytes] = set()
    try:
        for _ in range(150):
            for work in (
                lambda: seen.add(workspace.read_bytes("real/secret.txt")),
                lambda: workspace.write_bytes("real/secret.txt", b"harmless"),
                lambda: workspace.append_bytes("real/log", b"harmless"),
                lambda: seen.update(entry.name.encode() for entry in workspace.list("real")),
                lambda: workspace.delete("real/secret.txt"),
                lambda: workspace.copy("real", f"copies/{len(seen)}", overwrite=True),
            ):
                try:
                    work()
                except Problem:
                    continue
    finally:
        stop.set()
        thread.join()
    assert SECRET not in seen
    assert names(outside) == ["secret.txt"]
    assert (outside / "secret.txt").read_bytes() == SECRET
    assert not any(
        file.read_bytes() == SECRET
        for file in root.rglob("secret.txt")
        if not file.is_symlink() and not file.parent.is_symlink()
    )


_names = st.sampled_from(
    ["a", "b", "link", "loop", "up", "..", ".", "", "secret.txt", "/", "é", "x" * 256, "a\0", "\ud800"]
)
_paths = st.one_of(st.lists(_names, max_size=5).map("/".join), st.text(max_size=20))
_works = st.sampled_from([*LINKED, *THROUGH, lambda w, p: w.delete(p, recursive=True), lambda w, p: w.make_folder(p)])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(works=st.lists(st.tuples(_works, _paths), max_size=8))
def test_no_path_reaches_outside(
    works: list[tuple[Callable[[Workspace, str], object], str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever is done with whatever path, among links that lead everywhere: only problems, and nothing outside."""
    base = tmp_path_factory.mktemp("base")
    outside, root = base / "outside", base / "workspace"
    outside.mkdir()
    (outside / "secret.txt").write_bytes(SECRET)
    (root / "a").mkdir(parents=True)
    (root / "mine").write_text("mine")
    (root / "link").symlink_to(outside)
    (root / "a" / "link").symlink_to(outside / "secret.txt")
    (root / "loop").symlink_to("loop")
    (root / "up").symlink_to("..")
    workspace = Workspace(root)
    for work, path in works:
        problem = refused(work, workspace, path)
        assert problem is None or problem.status < 500
        assert problem is None or SECRET.decode() not in problem.detail
        assert problem is None or str(base) not in problem.detail
    assert names(base) == ["outside", "workspace"]
    assert names(outside) == ["secret.txt"]
    assert (outside / "secret.txt").read_bytes() == SECRET


def refused(work: Work, workspace: Workspace, path: str) -> Problem | None:
    try:
        assert work(workspace, path) != SECRET
    except Problem as problem:
        return problem
    return None


def test_no_descriptor_is_left_open(workspace: Workspace, outside: Path, root: Path) -> None:
    """Failures included, or a long-lived service would run out of them."""
    (root / "link").symlink_to(outside)
    before = len(names(Path("/proc/self/fd")))
    for _ in range(5):
        for work in (*LINKED, *THROUGH):
            for path in ("link", "none", "a/b"):
                refused(work, workspace, path)
    assert len(names(Path("/proc/self/fd"))) == before


def test_what_was_begun_has_a_name_of_its_own() -> None:
    """A crash in the middle leaves a file that nobody mistakes for the real one."""
    assert copying.part_name().startswith(".")
    assert copying.part_name() != copying.part_name()
