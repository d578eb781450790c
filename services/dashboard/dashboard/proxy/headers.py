"""Which headers pass the proxy, in each direction. Pure."""

from collections.abc import Iterable

RawHeaders = Iterable[tuple[bytes, bytes]]

_HOP_BY_HOP = frozenset(
    {b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"proxy-connection", b"te"}
    | {b"trailer", b"transfer-encoding", b"upgrade"}
)
_NOT_SENT_ON = _HOP_BY_HOP | {
    b"authorization",  # the service's token takes its place
    b"content-length",  # of the body as we send it
    b"cookie",
    b"expect",
    b"forwarded",
    b"host",
    b"origin",  # the browser's own business, checked here
    b"referer",
    b"x-forwarded-for",
    b"x-forwarded-host",
    b"x-forwarded-proto",
    b"x-request-id",  # ours takes its place
}
_NOT_HANDED_BACK = _HOP_BY_HOP | {
    b"content-security-policy",  # the dashboard says these itself
    b"date",
    b"referrer-policy",
    b"server",
    b"set-cookie",
    b"set-cookie2",
    b"www-authenticate",
    b"x-content-type-options",
    b"x-request-id",
}


def sent_on(headers: RawHeaders, request_id: str) -> dict[str, str]:
    """The browser's headers for the upstream: lower-case names, repeated ones joined."""
    kept: dict[str, str] = {}
    dropped = _NOT_SENT_ON | _named_in_connection(headers)
    for name, value in headers:
        if name in dropped or name.startswith(b"sec-"):
            continue
        key, text = name.decode("latin-1"), value.decode("latin-1")
        kept[key] = f"{kept[key]}, {text}" if key in kept else text
    kept["x-request-id"] = request_id
    return kept


def handed_back(headers: RawHeaders) -> list[tuple[bytes, bytes]]:
    """The upstream's headers for the browser, with lower-case names."""
    lowered = [(name.lower(), value) for name, value in headers]
    dropped = _NOT_HANDED_BACK | _named_in_connection(lowered)
    return [(name, value) for name, value in lowered if name not in dropped]


def _named_in_connection(headers: RawHeaders) -> frozenset[bytes]:
    values = [value for name, value in headers if name == b"connection"]
    return frozenset(part.strip().lower() for value in values for part in value.split(b",")) if values else frozenset()
