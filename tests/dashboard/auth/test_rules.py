"""The gate's decisions, as a table."""

import pytest
from dashboard.auth.rules import Visitor, is_open, refusal
from dashboard.storage.sessions import Role, Session

SCRIPT = Visitor("admin")
SAME = {b"origin": b"http://box:8080", b"host": b"box:8080"}
OWN = {b"sec-fetch-site": b"same-origin"}


def person(role: Role) -> Visitor:
    return Visitor(role, Session("login_1", b"", role, b"", 0, 0, 0, "", ""))


ADMIN, VIEWER = person("admin"), person("viewer")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", True),
        ("/runs/run_1", True),
        ("/assets/main.js", True),
        ("/login", True),
        ("/auth/login", True),
        ("/livez", True),
        ("/readyz", True),
        ("/auth/session", False),
        ("/auth/sessions", False),
        ("/auth/sessions/login_1", False),
        ("/auth/login/x", False),
        ("/api", False),
        ("/api/status", False),
        ("/api/agent/runs", False),
        ("//api/status", False),
        ("/metrics", False),
        ("/docs", False),
        ("/docs-assets/x.js", False),
        ("/openapi.json", False),
        ("*", True),
    ],
)
def test_page_is_open_and_the_rest_is_not(path: str, expected: bool) -> None:
    """The shell, its assets, login and health; nothing else."""
    assert is_open(path) is expected


@pytest.mark.parametrize(
    ("method", "headers", "visitor", "code"),
    [
        ("GET", {}, ADMIN, None),
        ("GET", {b"sec-fetch-site": b"cross-site"}, ADMIN, None),
        ("POST", OWN, ADMIN, None),
        ("POST", {b"sec-fetch-site": b"same-site"}, ADMIN, "cross_site"),
        ("POST", {b"sec-fetch-site": b"cross-site"}, ADMIN, "cross_site"),
        ("POST", {b"sec-fetch-site": b"none"}, ADMIN, "cross_site"),
        (
            "POST",
            {b"sec-fetch-site": b"cross-site", b"origin": b"http://box:8080", b"host": b"box:8080"},
            ADMIN,
            "cross_site",
        ),
        ("POST", {b"origin": b"http://box:8080", b"host": b"box:8080"}, ADMIN, None),
        ("POST", {b"origin": b"http://BOX:8080", b"host": b"box:8080"}, ADMIN, None),
        ("POST", {b"origin": b"http://box", b"host": b"box:8080"}, ADMIN, "cross_site"),
        ("POST", {b"origin": b"http://evil.example", b"host": b"box:8080"}, ADMIN, "cross_site"),
        ("POST", {b"origin": b"null", b"host": b"box:8080"}, ADMIN, "cross_site"),
        ("POST", {b"origin": b"", b"host": b""}, ADMIN, "cross_site"),
        ("DELETE", {}, ADMIN, "cross_site"),
        ("PATCH", {}, VIEWER, "cross_site"),
        ("POST", {}, SCRIPT, None),
        ("POST", {b"sec-fetch-site": b"cross-site"}, SCRIPT, None),
        ("POST", {}, None, None),
        ("POST", {b"sec-fetch-site": b"cross-site"}, None, "cross_site"),
        ("POST", {b"origin": b"http://evil.example", b"host": b"box"}, None, "cross_site"),
        ("PUT", OWN, VIEWER, "read_only"),
        ("GET", {}, VIEWER, None),
        ("GET", {b"sec-fetch-dest": b"script"}, ADMIN, "cross_site"),
        ("GET", {b"sec-fetch-dest": b"iframe"}, ADMIN, "cross_site"),
        ("GET", {b"sec-fetch-dest": b"image"}, ADMIN, None),
        ("GET", {b"sec-fetch-dest": b"document"}, ADMIN, None),
        ("GET", {b"sec-fetch-dest": b"empty"}, ADMIN, None),
    ],
)
def test_who_may_do_what(method: str, headers: dict[bytes, bytes], visitor: Visitor | None, code: str | None) -> None:
    """Changes come from our own page or a script with the token; viewers change nothing; data is never run."""
    problem = refusal("/api/agent/runs", method, headers, visitor)
    assert (problem.code if problem else None) == code


@pytest.mark.parametrize(
    ("path", "allowed"), [("/api/track", True), ("/auth/logout", True), ("/api/preferences", False)]
)
def test_viewer_may_report_and_leave(path: str, allowed: bool) -> None:
    """What the page says of itself is no change."""
    assert (refusal(path, "POST", OWN, VIEWER) is None) is allowed
