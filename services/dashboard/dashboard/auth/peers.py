"""Who is at the other end of a connection, and whether TLS was between; proxies are believed only when trusted."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from starlette.datastructures import Headers
from starlette.types import Scope

from dashboard.config import Network


@dataclass(frozen=True, slots=True)
class Peer:
    """`address` is an IP address or empty; `secure` means that the browser spoke TLS."""

    address: str
    secure: bool


def peer_of(scope: Scope, trusted: Sequence[Network]) -> Peer:
    """From the connection, or from what the nearest trusted proxies say."""
    client = scope.get("client")
    address = client[0] if client else ""
    secure = scope["scheme"] == "https"
    if not _is_in(address, trusted):
        return Peer(address, secure)
    headers = Headers(scope=scope)
    proto = headers.get("x-forwarded-proto", "").rpartition(",")[2].strip().lower()
    return Peer(_nearest_stranger(headers.get("x-forwarded-for", ""), trusted) or address, secure or proto == "https")


def _nearest_stranger(forwarded_for: str, trusted: Sequence[Network]) -> str:
    """The last address of the list that is no trusted proxy's: those before it are anybody's invention."""
    for part in reversed(forwarded_for.split(",")):
        candidate = part.strip()
        if not _is_in(candidate, trusted):
            return candidate if _is_address(candidate) else ""
    return ""


def _is_in(address: str, networks: Sequence[Network]) -> bool:
    if not networks or not _is_address(address):
        return False
    parsed = ip_address(address)
    return any(parsed.version == network.version and parsed in network for network in networks)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
