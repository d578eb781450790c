"""Which headers pass."""

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
        ]
    )
    assert handed == [(b"content-type", b"application/json"), (b"etag", b'"1"')]
