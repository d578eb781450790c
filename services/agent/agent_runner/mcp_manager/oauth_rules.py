"""Decisions of the sign-in, as pure functions."""

import ipaddress
import re
from urllib.parse import urlsplit

from kit.jsontypes import Json

_INSUFFICIENT = re.compile(r'error="?insufficient_scope\b')
_WORD = re.compile(r"[A-Za-z0-9_.-]{1,60}")


def is_loopback(url: str) -> bool:
    """Does the address name this machine?"""
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    return address.is_loopback or address.is_unspecified


def unsafe(url: str, server_url: str) -> str | None:
    """Why nothing of a sign-in may go to this address, or None.

    Codes and tokens go over TLS. On this machine plain HTTP will do, but only for a server that is here itself: one
    that is elsewhere must not make us knock at our own doors.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return "it is no web address"
    if parts.username or parts.password:
        return "it holds a user name"
    if is_loopback(url) and not is_loopback(server_url):
        return "it is on this machine, and the server is not"
    if parts.scheme == "http" and not is_loopback(url):
        return "it is not https"
    return None


def asks_for_sign_in(status: int, www_authenticate: str) -> bool:
    """401, or 403 where another scope would help; any other 403 is the server's own affair."""
    return status == 401 or (status == 403 and _INSUFFICIENT.search(www_authenticate) is not None)


def refusal_word(body: Json) -> str | None:
    """The stable word of an OAuth error answer (RFC 6749, 5.2). Its prose may quote what we sent, and is left out."""
    error = body.get("error") if isinstance(body, dict) else None
    return error if isinstance(error, str) and _WORD.fullmatch(error) else None
