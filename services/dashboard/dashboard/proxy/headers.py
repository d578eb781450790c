"""Which headers pass the proxy, in each direction. Pure."""

import re
from collections.abc import Iterable

RawHeaders = Iterable[tuple[bytes, bytes]]
Headers = list[tuple[bytes, bytes]]

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
BODILESS = frozenset({204, 304})
"""Statuses whose answers have no body."""
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")


def sent_on(headers: RawHeaders, request_id: str) -> dict[str, str]:
    """The browser's headers for the upstream: lower-case names, repeated ones joined."""
    kept: dict[str, str] = {}
    dropped = _dropped(_NOT_SENT_ON, headers)
    for name, value in headers:
        if name in dropped or name[:4] == b"sec-":
            continue
        key, text = name.decode("latin-1"), value.decode("utf-8", "replace")
        kept[key] = f"{kept[key]}, {text}" if key in kept else text
    kept["x-request-id"] = request_id
    return kept


def handed_back(status: int, headers: RawHeaders) -> Headers:
    """The upstream's headers for the browser, with lower-case names.

    An answer that has no body by its status has no length either, whatever it says. Raises `ValueError` for a status or
    a control character that no server may send on.
    """
    lowered = [(name.lower(), value) for name, value in headers]
    if not 200 <= status < 600 or _CONTROL.search(b"".join([value for _, value in lowered])):
        raise ValueError("a status or a control character in a header that no server may send")
    dropped = _dropped(_NOT_HANDED_BACK, lowered)
    if status in BODILESS:
        dropped |= {b"content-length"}
    return [header for header in lowered if header[0] not in dropped]


def _dropped(always: frozenset[bytes], headers: RawHeaders) -> frozenset[bytes]:
    """Those, and what `Connection` names."""
    named: frozenset[bytes] = frozenset()
    for name, value in headers:
        if name == b"connection":
            named |= {part.strip().lower() for part in value.split(b",")}
    return always | named if named else always
