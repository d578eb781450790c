"""Hours, as rollups count them: whole hours since 1970."""

HOUR_MS = 3_600_000
DAY_HOURS = 24


def hour_of(ts: int) -> int:
    """The hour that a time in ms since 1970 falls into."""
    return ts // HOUR_MS
