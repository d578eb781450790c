"""Which network addresses a fetch may connect to. Pure."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address

_NAT64 = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))


def refusal(text: str) -> str | None:
    """Why this address is not to be connected to; None for one of the public internet.

    An IPv4 address that is written into an IPv6 one (mapped, 6to4, Teredo, NAT64) counts as itself.
    """
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return "not an address"
    return next((why for each in [address, *_carried(address)] if (why := _refusal(each))), None)


def _refusal(address: Address) -> str | None:
    if address.is_loopback:
        return "a loopback address"
    if address.is_link_local:
        return "a link-local address"
    if address.is_multicast:
        return "a multicast address"
    if address.is_private:
        return "a private address"
    if address.is_reserved or address.is_unspecified or not address.is_global:
        return "not an address of the public internet"
    return None


def _carried(address: Address) -> list[Address]:
    if isinstance(address, IPv4Address):
        return []
    carried: list[Address | None] = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if any(address in network for network in _NAT64):
        carried.append(IPv4Address(int(address) & 0xFFFF_FFFF))
    if int(address) >> 32 == 0 and int(address) > 1:  # ::a.b.c.d, the old "compatible" form
        carried.append(IPv4Address(int(address)))
    return [inner for inner in carried if inner is not None]
