"""Ids that people can read and copy: a short prefix and 20 random characters, ordered by time."""

import secrets

from kit.clock import now_ms

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u


def new_id(prefix: str) -> str:
    """`new_id("run")` → `run_01jd8k2m5c7p…`: 9 characters of time, then 11 (55 bits) of chance."""
    return f"{prefix}_{_encode(now_ms(), 9)}{_encode(secrets.randbits(55), 11)}"


def _encode(number: int, length: int) -> str:
    digits: list[str] = []
    for _ in range(length):
        digits.append(_ALPHABET[number & 31])
        number >>= 5
    return "".join(reversed(digits))
