"""Keep a process away from some folders, for good: itself, and everything it starts.

Only the standard library, and nothing of ours: this runs in a child between its start and the program it becomes.

`python confine.py DENIED... -- PROGRAM ARGUMENTS...` becomes that program, confined.

Landlock (Linux 5.13 and newer) needs no privilege, is inherited and cannot be taken off again. It knows what is
allowed, not what is denied: so everything beside the way down to a denied folder is allowed, as it is found at this
moment. What is made later directly in a folder on that way stays closed; `can_confine` therefore says no where a folder
is on it in which programs make new things, such as their home. Landlock also keeps the process from looking into any
that is not its own child, through `/proc` or by tracing.
"""

import ctypes
import errno
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same on every architecture
_VERSION, _PATH_BENEATH = 1, 1
_NO_NEW_PRIVS = 38

_EXECUTE, _WRITE_FILE, _READ_FILE, _REMOVE_FILE = 1 << 0, 1 << 1, 1 << 2, 1 << 5
_REFER, _TRUNCATE = 1 << 13, 1 << 14
# Moving between folders is refused to every confined process unless the rules speak of it: hence REFER.
_ON_FOLDERS = _REMOVE_FILE | _REFER
_SINCE = {2: _REFER, 3: _TRUNCATE}


class _Ruleset(ctypes.Structure):
    _fields_ = (("handled_access_fs", ctypes.c_uint64),)


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("allowed_access", ctypes.c_uint64), ("parent_fd", ctypes.c_int32))


def can_confine(denied: Iterable[Path], busy: Iterable[Path]) -> bool:
    """Whether `confine` works here, and leaves programs free to make new things in the folders of `busy`.

    All paths must be resolved.
    """
    above = {parent for one in denied for parent in one.parents}
    return _version() > 1 and above.isdisjoint(busy)


def confine(denied: Iterable[Path]) -> None:
    """Let this process and its children neither read, write, run nor remove what is in these folders or files.

    The paths must be resolved. Raises `OSError` where the kernel does not do it.
    """
    version = _version()
    handled = _EXECUTE | _WRITE_FILE | _READ_FILE | _REMOVE_FILE
    handled |= sum(right for since, right in _SINCE.items() if version >= since)
    attributes = _Ruleset(handled)
    ruleset = _syscall(_CREATE_RULESET, ctypes.byref(attributes), ctypes.sizeof(attributes), 0)
    try:
        for path in _beside(list(denied)):
            _allow(ruleset, path, handled)
        _prctl(_NO_NEW_PRIVS, 1)
        _syscall(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def _beside(denied: list[Path]) -> Iterator[Path]:
    """Every file and folder that is neither denied nor on the way to what is."""
    way = {parent for one in denied for parent in one.parents}
    for folder in way:
        try:
            yield from (Path(entry.path) for entry in os.scandir(folder) if Path(entry.path) not in {*way, *denied})
        except OSError:  # what we may not list our children may not use either
            continue


def _allow(ruleset: int, path: Path, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:  # gone since it was listed
        return
    try:
        allowed = rights if path.is_dir() else rights & ~_ON_FOLDERS
        rule = _Beneath(allowed, descriptor)
        _syscall(_ADD_RULE, ruleset, _PATH_BENEATH, ctypes.byref(rule), 0)
    except OSError as error:
        if error.errno not in {errno.EINVAL, errno.EBADFD}:  # a symlink, a socket: nothing to allow there
            raise
    finally:
        os.close(descriptor)


def _version() -> int:
    """Of the kernel's Landlock; 0 where there is none."""
    try:
        return _syscall(_CREATE_RULESET, None, 0, _VERSION)
    except OSError:
        return 0


def _syscall(number: int, *arguments: object) -> int:
    answer = int(ctypes.CDLL(None, use_errno=True).syscall(ctypes.c_long(number), *arguments))
    if answer < 0:
        raise OSError(ctypes.get_errno(), f"Landlock: {os.strerror(ctypes.get_errno())}")
    return answer


def _prctl(option: int, value: int) -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _become(words: Sequence[str]) -> None:
    at = words.index("--")
    confine([Path(word) for word in words[:at]])
    program, *arguments = words[at + 1 :]
    try:
        os.execv(program, [program, *arguments])  # noqa: S606 - what we are asked to become
    except OSError as error:
        sys.exit(f"{program} cannot be started: {error.strerror}")


if __name__ == "__main__":
    _become(sys.argv[1:])
