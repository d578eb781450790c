"""From parsed values to rows: checked, filtered, scrubbed, cut and grouped, each event by itself."""

from typing import Any

import orjson
import pytest
from kit.jsontypes import Json
from tracker.ingest.limits import MAX_EVENT_BYTES
from tracker.ingest.parse import Parsed
from tracker.ingest.prepare import Batch, Event, Preparer, stored_event

from tests.tracker.making import NOW, error, interaction, rfc, timing, vital

ARRIVED = NOW + 5_000


def prepare(preparer: Preparer, *events: Json, dropped: Json = None) -> Batch:
    return preparer.batch(Parsed(events, dropped), ARRIVED)


def one(preparer: Preparer, event: Json) -> tuple[Event, dict[str, Any]]:
    (prepared,) = prepare(preparer, event).events
    return prepared, orjson.loads(prepared.body)


def test_one_bad_event_costs_itself_alone(preparer: Preparer) -> None:
    """Its place and reason are told, the others are prepared."""
    batch = prepare(preparer, error(), 5, interaction(success="no"), vital())
    assert [event.type for event in batch.events] == ["error", "vital"]
    assert [(one.index, one.code) for one in batch.rejected] == [(1, "not_an_object"), (2, "invalid_success")]


@pytest.mark.parametrize(
    ("make", "label", "ok"),
    [(error, "api_error", None), (interaction, "click", True), (vital, "LCP", None), (timing, "GET /api/runs", True)],
)
def test_an_event_can_be_found_by_what_it_is(preparer: Preparer, make: Any, label: str, ok: bool | None) -> None:
    """Kind, action or name, and whether it went well."""
    prepared, record = one(preparer, make(session_id="s", release="1", environment="prod"))
    assert (prepared.label, prepared.ok) == (label, ok)
    assert (prepared.session_id, prepared.release, prepared.environment) == ("s", "1", "prod")
    assert (prepared.ts, prepared.received_at) == (NOW, ARRIVED)
    assert record["ts"] == "2026-11-23T00:00:00.000Z"


def test_what_is_unsaid_is_said(preparer: Preparer) -> None:
    """An error without component, kind and level has the neutral ones; nulls and empty texts are left out."""
    sent = {"component": "", "kind": None, "level": None, "release": None, "url": ""}
    prepared, record = one(preparer, error(**sent))
    assert (prepared.component, prepared.label, prepared.level, prepared.release) == ("unknown", "unknown", "error", "")
    assert not {"release", "url"} & record.keys()


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("2026-11-22T23:00:00.000Z", "2026-11-22T23:00:00.000Z"),
        ("2026-11-23T01:00:00+01:00", "2026-11-23T00:00:00.000Z"),
        ("2000-01-01T00:00:00.000Z", "2000-01-01T00:00:00.000Z"),
        ("1970-01-01T00:00:00.000Z", rfc(ARRIVED)),
        ("0001-01-01T00:00:00Z", rfc(ARRIVED)),
        ("9999-12-31T23:59:59.999Z", rfc(ARRIVED)),
        (rfc(ARRIVED + 60_000), rfc(ARRIVED + 60_000)),
        (rfc(ARRIVED + 3_600_000), rfc(ARRIVED)),
    ],
)
def test_times_that_cannot_be_are_those_of_arrival(preparer: Preparer, sent: str, stored: str) -> None:
    """Before any clock was set, or well ahead of ours: the event is kept, at the time it came."""
    prepared, record = one(preparer, error(ts=sent))
    assert record["ts"] == stored == rfc(prepared.ts)


def test_every_text_is_scrubbed(preparer: Preparer) -> None:
    """Message, stack, URL, context, target, resource, fingerprint: no secret gets through."""
    secret = "token=geheim"
    sent = [
        error(
            message=secret,
            stack=f"at {secret} (a.js:1:1)",
            url=f"http://h/?{secret}",
            user_agent=secret,
            context={"a": [secret], "token": "geheim"},
            fingerprint=[secret],
        ),
        interaction(action=secret, target=secret),
        timing(name=secret, resource=secret),
    ]
    batch = prepare(preparer, *sent)
    assert len(batch.events) == 3
    assert all(b"geheim" not in event.body for event in batch.events)
    assert "geheim" not in repr(batch)


def test_a_refused_value_is_not_told_on(preparer: Preparer) -> None:
    """What an answer says about a bad event holds no secret either."""
    (rejected,) = prepare(preparer, error(type="password=geheim")).rejected
    assert "geheim" not in rejected.detail


def test_long_texts_are_cut(preparer: Preparer) -> None:
    """The beginning of a long text is worth keeping, all of it is not."""
    _, record = one(preparer, error(message="m" * 100_000, component="c" * 5_000, fingerprint=["f" * 5_000] * 100))
    assert 10_000 < len(record["message"]) < 20_000
    assert len(record["component"]) < 600
    assert len(record["fingerprint"]) == 20


def test_a_huge_event_becomes_a_stub(preparer: Preparer) -> None:
    """It is kept without its context, which says how large it was."""
    prepared, record = one(preparer, error(stack="at f (a.js:1:1)\n" * 100_000, context={"blob": "x" * 5_000_000}))
    assert len(prepared.body) <= MAX_EVENT_BYTES
    assert "5" in record["context"]["cut"]
    assert record["stack"].startswith("at f (a.js:1:1)")
    assert record["message"] == "boom"


def test_deep_context_is_kept_as_far_as_it_goes(preparer: Preparer) -> None:
    """Nesting beyond the limit ends in a word, the event is kept."""
    deep: Json = 1
    for _ in range(500):
        deep = {"a": deep}
    prepared, _ = one(preparer, error(context={"deep": deep}))
    assert b"nested too deeply" in prepared.body


@pytest.mark.parametrize("scheme", ["chrome", "moz", "safari", "safari-web"])
def test_browser_extensions_are_filtered_and_counted(preparer: Preparer, scheme: str) -> None:
    """Their errors are not ours to mend."""
    batch = prepare(preparer, error(stack=f"at f ({scheme}-extension://abc/x.js:1:1)"), error())
    assert batch.filtered == {"browser_extensions": 1}
    assert len(batch.events) == 1


def test_filters_can_be_switched_off(preparer: Preparer) -> None:
    """Only the active ones hold anything back."""
    keeping = Preparer(preparer._scrubber, ())
    assert len(prepare(keeping, error(stack="at f (moz-extension://abc/x.js:1:1)")).events) == 1


def test_what_clients_dropped_is_counted(preparer: Preparer) -> None:
    """By type and reason; what is in no such form is left out, words that are none are not taken over."""
    dropped: Json = [
        {"type": "interaction", "reason": "spool_full", "count": 3},
        {"type": "interaction", "reason": "spool_full", "count": 2},
        {"type": "error", "reason": "x" * 100, "count": 1},
        {"type": 5, "count": 1},
        {"type": "error", "reason": "r", "count": -1},
        {"type": "error", "reason": "r", "count": 2**60},
        {"type": "error", "reason": "r", "count": "1"},
        "nonsense",
    ]
    batch = prepare(preparer, dropped=dropped)
    assert batch.dropped == {"interaction:spool_full": 5, "error:unknown": 1, "unknown:unknown": 1}
    assert prepare(preparer, dropped={"no": "list"}).dropped == {}


@pytest.mark.parametrize("make", [error, interaction, vital, timing])
def test_a_stored_event_reads_back_as_it_was(preparer: Preparer, make: Any) -> None:
    """What is read from the database after a crash is grouped and counted like what was there before."""
    prepared, _ = one(preparer, make(session_id="s", release="1", stack=None, url="http://h/?token=x"))
    assert stored_event(prepared.body, ARRIVED) == prepared
