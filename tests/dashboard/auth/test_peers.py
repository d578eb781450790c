"""Who is at the other end."""

from ipaddress import ip_network

import pytest
from dashboard.auth.peers import Peer, peer_of

TRUSTED = (ip_network("172.16.0.0/12"), ip_network("fd00::/8"))


def scope(client: str | None, forwarded: str = "", proto: str = "") -> dict[str, object]:
    headers = [(b"x-forwarded-for", forwarded.encode()), (b"x-forwarded-proto", proto.encode())]
    return {"type": "http", "scheme": "http", "client": (client, 1) if client else None, "headers": headers}


@pytest.mark.parametrize(
    ("client", "forwarded", "proto", "expected"),
    [
        ("10.0.0.9", "", "", Peer("10.0.0.9", secure=False)),
        ("10.0.0.9", "1.2.3.4", "https", Peer("10.0.0.9", secure=False)),
        ("172.20.0.2", "1.2.3.4", "https", Peer("1.2.3.4", secure=True)),
        ("172.20.0.2", "6.6.6.6, 1.2.3.4", "http, https", Peer("1.2.3.4", secure=True)),
        ("172.20.0.2", "1.2.3.4, 172.20.0.3", "https", Peer("1.2.3.4", secure=True)),
        ("172.20.0.2", "nonsense", "https", Peer("172.20.0.2", secure=True)),
        ("172.20.0.2", "", "", Peer("172.20.0.2", secure=False)),
        ("fd00::1", "2001:db8::1", "https", Peer("2001:db8::1", secure=True)),
        (None, "1.2.3.4", "https", Peer("", secure=False)),
    ],
)
def test_proxies_are_believed_only_when_trusted(client: str | None, forwarded: str, proto: str, expected: Peer) -> None:
    """The nearest address that is no trusted proxy's counts; all before it is anybody's invention."""
    assert peer_of(scope(client, forwarded, proto), TRUSTED) == expected
