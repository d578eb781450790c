"""Which headers pass."""

import pytest
from dashboard.proxy.headers import handed_back, sent_on


def test_request_headers_are_sifted() -> None:
    """The browser's credentials and the connection's own headers stay; the rest goes on under our request id."""
    sent = sent_on(
        [
            (b"host", b"localhost:8080"),
            (b"cookie", b"binnacle_8080=secret"),
            (b"authorization", b"Bearer script"),
            (b"connection", b"keep-alive, X-Hop , close"),
            (b"x-hop", b"1"),
            (b"transfer-encoding", b"chunked"),
            (b"te", b"trailers"),
            (b"upgrade", b"h2c"),
            (b"content-length", b"5"),
            (b"expect", b"100-continue"),
            (b"x-forwarded-for", b"1.2.3.4"),
            (b"x-request-id", b"theirs"),
            (b"sec-fetch-site", b"same-origin"),
            (b"content-type", b"application/json"),
            (b"accept", b"a"),
            (b"accept", b"b"),
            (b"x-approval", b"wait"),
        ],
        "ours",
    )
    assert sent == {"content-type": "application/json", "accept": "a, b", "x-approval": "wait", "x-request-id": "ours"}


def test_answer_headers_are_sifted() -> None:
    """Cookies, the connection's own headers and what the dashboard says itself stay behind."""
    handed = handed_back(
        200,
        [
            (b"Content-Type", b"application/json"),
            (b"Set-Cookie", b"a=1"),
            (b"Connection", b"close, X-Internal"),
            (b"X-Internal", b"1"),
            (b"Keep-Alive", b"timeout=5"),
            (b"Transfer-Encoding", b"chunked"),
            (b"Server", b"uvicorn"),
            (b"Date", b"now"),
            (b"Content-Security-Policy", b"default-src *"),
            (b"WWW-Authenticate", b"Bearer"),
            (b"ETag", b'"1"'),
        ],
    )
    assert handed == [(b"content-type", b"application/json"), (b"etag", b'"1"')]


@pytest.mark.parametrize("status", [204, 304])
def test_answers_without_a_body_have_no_length(status: int) -> None:
    """A 304 may name the length of what it spares: sent on, our server would wait for that body."""
    assert handed_back(status, [(b"ETag", b'"1"'), (b"Content-Length", b"20")]) == [(b"etag", b'"1"')]


@pytest.mark.parametrize(
    ("status", "value"), [(101, b"1"), (199, b"1"), (600, b"1"), (999, b"1"), (200, b"a\x01b"), (200, b"a\rb")]
)
def test_what_no_server_may_send_is_not_handed_back(status: int, value: bytes) -> None:
    """Neither a status that is none nor a control character; a tab and bytes beyond ASCII are allowed."""
    with pytest.raises(ValueError, match="no server may send"):
        handed_back(status, [(b"X-Odd", value)])
    assert handed_back(200, [(b"X-Odd", b"a\tb\xe9")]) == [(b"x-odd", b"a\tb\xe9")]


def test_text_beyond_ascii_arrives_as_it_was_sent() -> None:
    """UTF-8 stays UTF-8."""
    assert sent_on([(b"x-title", "Züge".encode())], "ours")["x-title"] == "Züge"
