"""What time it is."""

from datetime import UTC, datetime

import pytest
from agent_runner.core.types import Failure
from agent_runner.tools.now import current_time_tool

from tests.agent.tools.calling import use

NOON = round(datetime(2026, 7, 1, 12, 0, 5, tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("UTC", "Wednesday, 2026-07-01 12:00:05 (UTC)"),
        ("Europe/Berlin", "Wednesday, 2026-07-01 14:00:05 (Europe/Berlin, UTC+02:00)"),
        ("europe/berlin", "Wednesday, 2026-07-01 14:00:05 (Europe/Berlin, UTC+02:00)"),
        ("Tokyo", "Wednesday, 2026-07-01 21:00:05 (Asia/Tokyo, UTC+09:00)"),
        ("new york", "Wednesday, 2026-07-01 08:00:05 (America/New_York, UTC-04:00)"),
        ("San  Francisco", "Wednesday, 2026-07-01 05:00:05 (America/Los_Angeles, UTC-07:00)"),
        ("Mumbai", "Wednesday, 2026-07-01 17:30:05 (Asia/Kolkata, UTC+05:30)"),
        ("Germany", "Wednesday, 2026-07-01 14:00:05 (Europe/Berlin, UTC+02:00)"),
        ("Auckland", "Thursday, 2026-07-02 00:00:05 (Pacific/Auckland, UTC+12:00)"),
    ],
)
async def test_time_elsewhere(zone: str, said: str) -> None:
    """By IANA name, city or country, daylight saving included."""
    assert await use(current_time_tool(lambda: NOON), f'{{"zone": "{zone}"}}') == said


async def test_time_here() -> None:
    """Without a place it is this machine's own time."""
    tool = current_time_tool(lambda: NOON, lambda moment: moment)
    assert await use(tool, "{}") == "Wednesday, 2026-07-01 12:00:05 (UTC)"


@pytest.mark.parametrize("zone", ["Atlantis", "../../etc/passwd", "\\u0000", "Europe/", "x" * 90])
async def test_unknown_places(zone: str) -> None:
    """A name that is no zone opens no file and says what is expected."""
    failure = await use(current_time_tool(lambda: NOON), f'{{"zone": "{zone}"}}')
    assert isinstance(failure, Failure)
    assert failure.code == "unknown_time_zone"
