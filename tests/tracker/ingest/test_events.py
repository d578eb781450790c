"""What is required of an event, and how one that is refused is told."""

import contextlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tracker.ingest.events import Refused, check

from tests.tracker.making import NOW, error, interaction, timing, vital

JSON = st.none() | st.booleans() | st.floats() | st.integers() | st.text() | st.lists(st.text(), max_size=2)


@pytest.mark.parametrize("make", [error, interaction, vital, timing])
def test_each_type_is_taken(make: Any) -> None:
    """With its required fields alone, and unknown ones ignored."""
    sent = make(surprise={"a": 1})
    event, ts = check(sent)
    assert ts == NOW
    assert event["id"] == sent["id"]
    assert "surprise" not in event


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (None, "not_an_object"),
        ([], "not_an_object"),
        ("x", "not_an_object"),
        ({}, "missing_type"),
        (error(type=None), "missing_type"),
        (error(type="crash"), "invalid_type"),
        (error(type=["error"]), "invalid_type"),
        ({key: value for key, value in error().items() if key != "id"}, "missing_id"),
        ({key: value for key, value in error().items() if key != "ts"}, "missing_ts"),
        (error(id="12"), "invalid_id"),
        (error(id=12), "invalid_id"),
        (error(id="{3f2504e0-4f89-11d3-9a0c-0305e82c3301}"), "invalid_id"),
        (error(ts="yesterday"), "invalid_ts"),
        (error(ts=1764000000), "invalid_ts"),
        (error(ts="99999-01-01T00:00:00Z"), "invalid_ts"),
        (error(message=None), "invalid_message"),
        (error(message=5), "invalid_message"),
        (error(component=["chat"]), "invalid_component"),
        (error(context="text"), "invalid_context"),
        (error(handled="no"), "invalid_handled"),
        (error(fingerprint=[1]), "invalid_fingerprint"),
        (error(kind=5), "invalid_kind"),
        (error(kind=[]), "invalid_kind"),
        (error(kind={}), "invalid_kind"),
        (error(level=[]), "invalid_level"),
        (interaction(success="yes"), "invalid_success"),
        (interaction(success=1), "invalid_success"),
        (interaction(duration_ms=-1), "invalid_duration_ms"),
        (interaction(duration_ms="12"), "invalid_duration_ms"),
        (interaction(duration_ms=True), "invalid_duration_ms"),
        (interaction(duration_ms=1e300), "invalid_duration_ms"),
        (vital(name="FPS"), "invalid_name"),
        (vital(value=None), "invalid_value"),
        (timing(success=None), "invalid_success"),
        ({key: value for key, value in timing().items() if key != "duration_ms"}, "missing_duration_ms"),
    ],
)
def test_what_is_wrong_is_named(event: Any, code: str) -> None:
    """The code and the detail say which field it is."""
    with pytest.raises(Refused) as caught:
        check(event)
    assert caught.value.code == code
    if "_" in code and code != "not_an_object":
        assert caught.value.detail.startswith(code.partition("_")[2])


@pytest.mark.parametrize(
    ("given_id", "stored"),
    [
        ("3F2504E0-4F89-11D3-9A0C-0305E82C3301", "3f2504e0-4f89-11d3-9a0c-0305e82c3301"),
        ("3f2504e04f8911d39a0c0305e82c3301", "3f2504e0-4f89-11d3-9a0c-0305e82c3301"),
    ],
)
def test_an_id_has_one_form(given_id: str, stored: str) -> None:
    """However it is written, it is the same event."""
    assert check(error(id=given_id))[0]["id"] == stored


@pytest.mark.parametrize(
    ("field", "sent", "kept"),
    [
        ("kind", "disk_error", "unknown"),
        ("kind", None, None),
        ("level", "critical", "fatal"),
        ("level", "WARN", "warning"),
        ("level", "trace", "error"),
    ],
)
def test_words_of_the_future_are_no_reason_to_lose_an_error(field: str, sent: str | None, kept: str | None) -> None:
    """An unknown kind or level is kept as the nearest known one."""
    event: Any = check(error(**{field: sent}))[0]
    assert event.get(field) == kept


@pytest.mark.parametrize(
    ("text", "ts"),
    [
        ("2026-11-23T00:00:00Z", NOW),
        ("2026-11-23T01:00:00.000+01:00", NOW),
        ("2026-11-23T00:00:00.0004Z", NOW),
        ("2026-11-23 00:00:00", NOW),
        ("0001-01-01T00:00:00Z", -62_135_596_800_000),
        ("9999-12-31T23:59:59Z", 253_402_300_799_000),
    ],
)
def test_times_are_read(text: str, ts: int) -> None:
    """In any zone; without one it is UTC."""
    assert check(error(ts=text))[1] == ts


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from([*error(), *interaction(), *vital(), *timing(), "context"]), JSON))
def test_no_event_breaks_the_check(event: dict[str, Any]) -> None:
    """Whatever the fields hold, the event is taken or refused by name."""
    with contextlib.suppress(Refused):
        check(event)
