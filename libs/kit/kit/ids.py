"""Ids that people can read and copy: a short prefix and 20 random characters, ordered by time."""

import os

from kit.clock import now_ms

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]  # ten bits at a time: it is on hot paths


def new_id(prefix: str) -> str:
    """`new_id("run")` → `run_01jd8k2m5c7p…`: 9 characters of time, then 11 (55 bits) of chance."""
    number = now_ms() << 55 | int.from_bytes(os.urandom(7), "big") >> 1
    return f"{prefix}_{''.join([_PAIRS[number >> shift & 1023] for shift in range(90, -10, -10)])}"
