"""Stacks as browsers and Python write them, brought to what is the same wherever the same code failed."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

INNERMOST = 5
"""How many frames take part: browsers keep stacks of different length, so the outer ones say little."""

_FRAME = re.compile(
    r"""^[ \t]*(?:
        at\ (?:(?P<v8_function>[^\n(]*?)\ ?\()?(?P<v8_place>[^\n()]+?)\)?
      | File\ "(?P<python_file>[^"\n]+)",\ line\ \d+(?:,\ in\ (?P<python_function>[^\n]+))?
      | (?P<gecko_function>[^@\n]*)@(?P<gecko_place>\S+?:\d+(?::\d+)?)
      | (?P<bare_place>[a-z-]+://\S+:\d+:\d+)
    )[ \t]*$""",
    re.MULTILINE | re.VERBOSE,
)
_FOREIGN = re.compile(
    r"node_modules|site-packages|dist-packages|/lib/python\d|^<frozen|^node:|/usr/lib/|extension://|\[native code"
)
_POSITION = re.compile(r"(?::\d+){1,2}$")
_BUILD_HASH = re.compile(r"[.-](?=[\w-]*\d)[\w-]{8,}(?=\.\w+$)")
_ALIAS = re.compile(r" \[as [^\]]*\]$")
_NAMELESS = frozenset({"", "anonymous", "(anonymous function)", "eval", "?", "global code", "module code"})
_SHORTEST_NAME = 3


@dataclass(frozen=True, slots=True)
class Frame:
    """One call: the file's name in lower case and the function's last part, empty where it says nothing."""

    file: str
    function: str

    def __str__(self) -> str:
        return f"{self.file}:{self.function}" if self.function else self.file


def frames_of(stack: str) -> Sequence[Frame]:
    """The innermost frames of our own code, innermost first; of any code when none is ours.

    Recursion is folded: each frame is there once. Empty when the stack is in no form that is known.
    """
    found = list(_FRAME.finditer(stack))
    if found and found[0]["python_file"]:
        found.reverse()
    own = _named(match for match in found if not _FOREIGN.search(_place(match)))
    return tuple((own or _named(found))[:INNERMOST])


def _named(matches: Iterable[re.Match[str]]) -> list[Frame]:
    frames = (Frame(_file_name(_place(match)), _function_name(match)) for match in matches)
    return list(dict.fromkeys(frame for frame in frames if frame.file))


def _place(match: re.Match[str]) -> str:
    return match["v8_place"] or match["python_file"] or match["gecko_place"] or match["bare_place"]


def _file_name(place: str) -> str:
    """`https://host/assets/Main.3f2a1b9c.js?v=1:10:5` → `main.js`; a page's own address says nothing."""
    path = _POSITION.sub("", place).partition("?")[0].partition("#")[0]
    name = path.replace("\\", "/").rpartition("/")[2]
    if "." not in name or name.endswith((".html", ".htm")):
        return ""
    return _BUILD_HASH.sub("", name).lower()


def _function_name(match: re.Match[str]) -> str:
    """`async Foo.render [as x]` → `render`; minified and anonymous ones are empty."""
    written = match["v8_function"] or match["python_function"] or match["gecko_function"] or ""
    name = re.split(r"[./*\s]", _ALIAS.sub("", written))[-1]
    nameless = name in _NAMELESS or "<" in name or len(name) < _SHORTEST_NAME
    return "" if nameless else name
