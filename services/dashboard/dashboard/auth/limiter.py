"""How often a login may fail: by address and over all, with allowances that refill, so that nobody is out for ever."""

import math
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

_MAX_PEERS = 10_000


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` failures at once, then one more every `every_s` seconds."""

    burst: int
    every_s: float


@dataclass(frozen=True, slots=True)
class Allowance:
    """What was left at a moment (seconds of a steady clock)."""

    left: float
    at: float


PER_PEER = Rate(burst=5, every_s=20)
OVERALL = Rate(burst=30, every_s=5)


def refilled(rate: Rate, allowance: Allowance, now: float) -> Allowance:
    """The allowance as it stands now."""
    return Allowance(min(rate.burst, allowance.left + (now - allowance.at) / rate.every_s), now)


def wait_s(rate: Rate, allowance: Allowance) -> int:
    """Whole seconds until one more failure is allowed; 0 when it is already."""
    return max(0, math.ceil((1 - allowance.left) * rate.every_s))


class FailureLimiter:
    """Counts failed logins. Bounded: when too many addresses are known, those whose allowance is full are forgotten."""

    def __init__(self, per_peer: Rate = PER_PEER, overall: Rate = OVERALL) -> None:
        self._per_peer = per_peer
        self._overall = overall
        self._all = Allowance(overall.burst, 0)
        self._peers: dict[str, Allowance] = {}

    def wait_s(self, address: str, now: float) -> int:
        """Seconds that this address must wait before it may try; 0 when it may."""
        mine = self._peers.get(_network_of(address), Allowance(self._per_peer.burst, now))
        return max(
            wait_s(self._per_peer, refilled(self._per_peer, mine, now)),
            wait_s(self._overall, refilled(self._overall, self._all, now)),
        )

    def failed(self, address: str, now: float) -> None:
        """Count one failure."""
        self._forget(now)
        peer = _network_of(address)
        mine = refilled(self._per_peer, self._peers.get(peer, Allowance(self._per_peer.burst, now)), now)
        self._peers[peer] = Allowance(mine.left - 1, now)
        self._all = Allowance(refilled(self._overall, self._all, now).left - 1, now)

    def _forget(self, now: float) -> None:
        if len(self._peers) < _MAX_PEERS:
            return
        kept = {
            peer: allowance
            for peer, allowance in self._peers.items()
            if refilled(self._per_peer, allowance, now).left < self._per_peer.burst
        }
        self._peers = kept if len(kept) < _MAX_PEERS else {}


def _network_of(address: str) -> str:
    """An IPv6 subscriber has 2^64 addresses: they count as one."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return parsed.exploded[:19]
    return address
