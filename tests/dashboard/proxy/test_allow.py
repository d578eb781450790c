"""The allow-list, as a table."""

import pytest
from dashboard.proxy.allow import AGENT, TRACKER, AllowList, MethodNotAllowed, check_path, check_query
from hypothesis import given
from hypothesis import strategies as st
from kit.problems import BadRequest, NotFound

AGENT_LIST = AllowList(AGENT)


@pytest.mark.parametrize(
    ("method", "path", "template"),
    [
        ("GET", "runs", "runs"),
        ("HEAD", "runs", "runs"),
        ("DELETE", "runs/run_01jd", "runs/{id}"),
        ("POST", "runs/run_01jd/cancel", "runs/{id}/cancel"),
        ("GET", "workspace/files/a.txt", "workspace/files/{path*}"),
        ("PUT", "workspace/files/deep/er/a%20b.txt", "workspace/files/{path*}"),
        ("GET", "workspace/files/100%25.txt", "workspace/files/{path*}"),
        ("GET", "workspace/files/..hidden..", "workspace/files/{path*}"),
    ],
)
def test_listed_calls_pass(method: str, path: str, template: str) -> None:
    """Each passes under its template."""
    assert AGENT_LIST.match(method, path) == template


@pytest.mark.parametrize(
    "path", ["config", "system-prompt", "runs/a/b", "runs/a/events/b", "workspace/files", "v1/models", "RUNS", "stream"]
)
def test_other_paths_do_not(path: str) -> None:
    """What is not listed is not there."""
    with pytest.raises(NotFound):
        AGENT_LIST.match("GET", path)


def test_other_methods_are_named() -> None:
    """The refusal says what is allowed."""
    with pytest.raises(MethodNotAllowed) as refused:
        AGENT_LIST.match("PATCH", "runs/run_1")
    assert refused.value.headers == {"Allow": "DELETE, GET, HEAD"}


@pytest.mark.parametrize(
    "path",
    [
        "",
        "runs/",
        "/runs",
        "runs//a",
        "runs/..",
        "runs/.",
        "runs/../models",
        "runs/%2e",
        "runs/%2E%2e",
        "runs/.%2e",
        "runs/a%2fb",
        "runs/a%2Fb",
        "runs/a%5Cb",
        "runs/a\\b",
        "runs/%00",
        "runs/a%0ab",
        "runs/%7f",
        "runs/%252e%252e",
        "runs/%252f",
        "runs/%25%32%66",
        "runs/%",
        "runs/%g1",
        "runs/%ff",
        "runs/a b",
        "runs/a#b",
        "runs/a?b",
        "runs/é",
        "runs/" + "a" * 8000,
    ],
)
def test_path_tricks_are_refused(path: str) -> None:
    """Raw, decoded and decoded twice, a path means one thing only."""
    with pytest.raises(BadRequest):
        AGENT_LIST.match("GET", path)


@given(st.text())
def test_any_path_is_matched_or_refused(path: str) -> None:
    """No path, however odd, is more than a problem."""
    for allowed in (AGENT_LIST, AllowList(TRACKER)):
        try:
            allowed.match("GET", path)
        except (BadRequest, NotFound, MethodNotAllowed):
            continue
        check_path(path)


def test_query_must_be_encoded() -> None:
    """What no client may send raw is not sent on."""
    check_query(b"q=a%20b&cursor=e30%3D&x=[1]")
    for query in (b"q=a b", b"q=\xff", b"q=\r\nX-Evil: 1"):
        with pytest.raises(BadRequest):
            check_query(query)
