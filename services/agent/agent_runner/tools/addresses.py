"""Which network addresses a fetch may connect to. Pure."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address

_NAT64 = IPv6Network("64:ff9b::/96")
# Old ways to write an IPv4 address into an IPv6 one, which lead who knows where.
_TUNNELS = (IPv6Network("2002::/16"), IPv6Network("2001::/32"), IPv6Network("64:ff9b:1::/48"), IPv6Network("::/96"))


def refusal(text: str) -> str | None:
    """Why this address is not to be connected to; None for one of the public internet.

    An IPv4 address that is written into an IPv6 one (mapped, NAT64) counts as itself.
    """
    try:
        address = _plain(ip_address(text.partition("%")[0]))
    except ValueError:
        return "not an address"
    public = address.is_global and not address.is_reserved and not any(address in network for network in _TUNNELS)
    reasons = {
        "a loopback address": address.is_loopback,
        "a link-local address": address.is_link_local,
        "a multicast address": address.is_multicast,
        "a private address": address.is_private,
        "not an address of the public internet": not public,
    }
    return next((why for why, holds in reasons.items() if holds), None)


def _plain(address: Address) -> Address:
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address
