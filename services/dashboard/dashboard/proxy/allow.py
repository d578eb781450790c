"""The allow-list: which calls may pass, by method and path template. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

from kit.problems import BadRequest, NotFound, Problem

AGENT = """
GET POST         runs
GET              runs/stats
GET DELETE       runs/{id}
GET              runs/{id}/events
POST             runs/{id}/cancel
POST             runs/{id}/retry
GET              approvals
POST             approvals/{id}
GET POST         permissions
DELETE           permissions/{id}
GET              sessions
GET PATCH DELETE sessions/{id}
GET              workspace
GET PUT DELETE   workspace/files/{path*}
GET              tools
POST DELETE      mcp/servers/{name}/auth
GET PATCH        tools/{name}
POST             tools/{name}/call
GET              audit
GET              attachments/{ref}
GET POST         mcp/servers
POST             mcp/servers/test
GET PATCH DELETE mcp/servers/{name}
POST             mcp/servers/{name}/restart
POST             mcp/servers/{name}/test
POST             mcp/servers/{name}/breaker/reset
POST DELETE      mcp/servers/{name}/auth
GET              mcp/servers/{name}/resources
GET              mcp/servers/{name}/prompts
GET              mcp/servers/{name}/log
POST             mcp/import
GET              models
GET              health
"""

TRACKER = """
GET              issues
GET PATCH        issues/{id}
GET              issues/{id}/events
GET DELETE       errors
GET DELETE       interactions
GET DELETE       vitals
GET DELETE       timings
DELETE           events
GET              components
GET              components/{name}
GET              insights
GET              outcomes
GET              health
"""

WAITED_FOR = frozenset(
    {
        "tools/{name}/call",
        "mcp/servers/test",
        "mcp/servers/{name}/test",
        "mcp/servers/{name}/breaker/reset",
        "mcp/servers/{name}/auth",
    }
)
"""What takes as long as somebody else's program does, while a person waits and may leave."""

_MAX_PATH = 8_000
_PATH = re.compile(r"[A-Za-z0-9/._~%!$&'()*+,;=:@-]*")
_QUERY = re.compile(rb"[!-~]*")
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_TRICKY = re.compile(r"[\x00-\x1f\x7f/\\]")


class MethodNotAllowed(Problem):
    """The path is passed through, this method on it is not."""

    status = 405
    code = "method_not_allowed"


@dataclass(frozen=True, slots=True)
class Template:
    """One path template and the methods that may pass."""

    text: str
    segments: tuple[str, ...]
    methods: frozenset[str]

    def fits(self, segments: tuple[str, ...]) -> bool:
        """Whether the template describes the path. `{path*}` stands for one segment or more."""
        if self.segments[-1] == "{path*}":
            head = self.segments[:-1]
            return len(segments) > len(head) and segments[: len(head)] == head
        if len(segments) != len(self.segments):
            return False
        return all(own[0] == "{" or own == given for own, given in zip(self.segments, segments, strict=True))


class AllowList:
    """The templates of one upstream. What passes is remembered: a page asks for the same few paths over and over."""

    def __init__(self, table: str) -> None:
        self.templates = tuple(_parse(line) for line in table.strip().splitlines())
        self._remembered = lru_cache(maxsize=2_000)(self._match)

    def match(self, method: str, raw_path: str) -> str:
        """The template of a path as it came over the wire, below the API's root and without a leading slash.

        Raises `BadRequest` for path tricks, `NotFound`, `MethodNotAllowed`.
        """
        return self._remembered(method, raw_path)

    def _match(self, method: str, raw_path: str) -> str:
        check_path(raw_path)
        segments = tuple(raw_path.split("/"))
        found = [template for template in self.templates if template.fits(segments)]
        if not found:
            raise NotFound("this is not among the calls that are passed through")
        for template in found:
            if method in template.methods:
                return template.text
        allowed = sorted(_all_methods(found))
        raise MethodNotAllowed(f"{method} is not passed through here", headers={"Allow": ", ".join(allowed)})


def check_query(query: bytes) -> None:
    """Raises `BadRequest` for what no client may send unencoded."""
    if not _QUERY.fullmatch(query):
        raise BadRequest("the query has characters that must be percent-encoded")


def check_path(raw_path: str) -> None:
    """Refuse what could mean another path to whoever reads it next: the raw path, decoded, and decoded twice.

    Raises `BadRequest`.
    """
    if len(raw_path) > _MAX_PATH:
        raise BadRequest(f"the path is longer than {_MAX_PATH} characters")
    if not _PATH.fullmatch(raw_path) or _BROKEN_ESCAPE.search(raw_path):
        raise BadRequest("the path has characters that must be percent-encoded, or a broken escape")
    for segment in raw_path.split("/"):
        if "%" in segment or segment in {"", ".", ".."}:
            _check_segment(segment)


def _check_segment(segment: str) -> None:
    try:
        once = unquote(segment, errors="strict")
    except UnicodeDecodeError:
        raise BadRequest("the path is not UTF-8") from None
    for form in (segment, once, unquote(once)):
        if form in {"", ".", ".."} or _TRICKY.search(form):
            raise BadRequest("the path has an empty segment, a dot segment, a slash in disguise or a control character")


def _all_methods(templates: Iterable[Template]) -> set[str]:
    return {method for template in templates for method in template.methods}


def _parse(line: str) -> Template:
    *methods, text = line.split()
    allowed = frozenset(methods) | ({"HEAD"} if "GET" in methods else set[str]())
    return Template(text, tuple(text.split("/")), allowed)
