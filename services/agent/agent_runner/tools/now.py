"""What time it is, here and elsewhere."""

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from kit.clock import Clock
from kit.problems import NotFound
from pydantic import Field

from agent_runner.core.ports import Tool
from agent_runner.core.types import ToolSpec
from agent_runner.tools.function_tool import Arguments, FunctionTool, schema_of

# Large cities whose zone is named for another one.
_CITIES = {
    "Africa/Johannesburg": "cape town, durban, pretoria",
    "America/Chicago": "austin, dallas, houston, minneapolis, new orleans, st louis",
    "America/Los_Angeles": "las vegas, portland, san diego, san francisco, seattle",
    "America/New_York": "atlanta, boston, miami, philadelphia, washington",
    "America/Sao_Paulo": "brasilia, rio de janeiro",
    "America/Toronto": "montreal, ottawa",
    "Asia/Dubai": "abu dhabi",
    "Asia/Ho_Chi_Minh": "hanoi",
    "Asia/Kolkata": "bangalore, bengaluru, chennai, delhi, hyderabad, mumbai, new delhi, pune",
    "Asia/Shanghai": "beijing, guangzhou, shenzhen",
    "Asia/Tokyo": "kyoto, osaka",
    "Australia/Sydney": "canberra",
    "Europe/Berlin": "cologne, dresden, dusseldorf, frankfurt, hamburg, leipzig, munich, stuttgart",
    "Europe/London": "cambridge, edinburgh, glasgow, manchester, oxford",
    "Europe/Madrid": "barcelona, seville, valencia",
    "Europe/Paris": "lyon, marseille, nice, toulouse",
    "Europe/Rome": "florence, milan, naples, turin, venice",
    "Europe/Zurich": "basel, bern, geneva",
}
_COUNTRIES = {
    "china": "Asia/Shanghai",
    "france": "Europe/Paris",
    "germany": "Europe/Berlin",
    "gmt": "UTC",
    "india": "Asia/Kolkata",
    "italy": "Europe/Rome",
    "spain": "Europe/Madrid",
    "uk": "Europe/London",
    "united kingdom": "Europe/London",
    "z": "UTC",
}


class UnknownTimeZone(NotFound):
    """No time zone, city or country of that name."""

    code = "unknown_time_zone"


def zone(name: str) -> tzinfo:
    """The time zone of an IANA name (`Europe/Berlin`), a city or a country. Raises `UnknownTimeZone`."""
    key = " ".join(name.replace("_", " ").lower().split())
    found = _names().get(key)
    if found is None:
        raise UnknownTimeZone(f"no time zone, city or country {name!r} is known; give one such as Europe/Berlin")
    return ZoneInfo(found)


@cache
def _names() -> dict[str, str]:
    zones = sorted(available_timezones() - {"localtime"})
    names = {name.rpartition("/")[2].replace("_", " ").lower(): name for name in zones if not name.startswith("Etc/")}
    names |= {name.replace("_", " ").lower(): name for name in zones}
    names |= {city.strip(): name for name, cities in _CITIES.items() for city in cities.split(",")}
    return names | _COUNTRIES


def _zone_name(moment: datetime) -> str:
    """`Asia/Tokyo, UTC+09:00`; just `UTC` for that."""
    offset = f"UTC{moment.isoformat()[-6:]}" if moment.utcoffset() else "UTC"
    name = moment.tzinfo.key if isinstance(moment.tzinfo, ZoneInfo) else moment.tzname() or offset
    return offset if name in {"UTC", offset} else f"{name}, {offset}"


class CurrentTime(Arguments):
    """Where."""

    zone: str = Field("", max_length=100, description="IANA time zone, city or country; left out: this machine's own")


def current_time_tool(clock: Clock, local: Callable[[datetime], datetime] = datetime.astimezone) -> Tool:
    """The tool that tells the time; `local` puts a moment into this machine's own zone."""

    async def run(asked: CurrentTime) -> str:
        moment = datetime.fromtimestamp(clock() / 1000, UTC)
        there = moment.astimezone(zone(asked.zone)) if asked.zone.strip() else local(moment)
        return f"{there:%A, %Y-%m-%d %H:%M:%S} ({_zone_name(there)})"

    description = "Tell the date and time."
    spec = ToolSpec("current_time", description, schema_of(CurrentTime), read_only=True)
    return FunctionTool(spec, CurrentTime, run)
