"""The tracker's settings, read from the environment."""

from typing import Annotated, Final

from kit.settings import CommaSeparated, Port, ServiceSettings
from pydantic import AfterValidator, Field

_NOTHING: Final = ("none",)


def _only(*allowed: str) -> AfterValidator:
    """Words of a closed set; `none` alone stands for the empty set."""

    def check(words: tuple[str, ...]) -> tuple[str, ...]:
        if words == _NOTHING:
            return ()
        unknown = [word for word in words if word not in allowed]
        if unknown:
            raise ValueError(f"{unknown[0]!r} is not one of {', '.join(allowed)}, none")
        return words

    return AfterValidator(check)


class TrackerSettings(ServiceSettings):
    """Each field's variable is its `validation_alias`; lists are comma-separated."""

    port: Port = Field(8082, validation_alias="TRACKER_PORT")
    allowed_hosts: CommaSeparated = Field((), validation_alias="TRACKER_ALLOWED_HOSTS")
    scrub: Annotated[CommaSeparated, _only("secrets", "cards", "emails")] = Field(
        ("secrets", "cards", "emails"), validation_alias="TRACKER_SCRUB"
    )
    """What is taken out of events before they are stored."""
    scrub_keys: CommaSeparated = Field((), validation_alias="TRACKER_SCRUB_KEYS")
    """More names whose values are secrets."""
    scrub_keep: CommaSeparated = Field((), validation_alias="TRACKER_SCRUB_KEEP")
    """Names whose values are kept though they look like secrets."""
    filters: Annotated[CommaSeparated, _only("browser_extensions")] = Field(
        ("browser_extensions",), validation_alias="TRACKER_FILTERS"
    )
    """Which events are counted and not stored."""
