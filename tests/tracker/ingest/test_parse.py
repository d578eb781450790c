"""From bytes to events: one bad event or line never costs the others."""

import json

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tracker.errors import TooManyEvents, UnreadableBody, UnsupportedMediaType
from tracker.ingest.parse import MAX_EVENTS, Unparsed, form_of, parse
from tracker.ingest.split import NotSplittable, split_object

DEEP = "[" * 100_000 + "]" * 100_000
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.integers(-(2**53), 2**53)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def test_events_and_what_was_dropped_are_found() -> None:
    """Both members are read, others ignored."""
    parsed = parse(b'{"events": [1, {"a": 2}], "dropped": [3], "more": 4}', "json")
    assert parsed.events == [1, {"a": 2}]
    assert parsed.dropped == [3]


def test_lines_are_read_one_by_one() -> None:
    """Blank lines do not count, a broken one stands for itself."""
    parsed = parse(b'{"a": 1}\r\n\n{broken\n  \n{"b": 2}', "ndjson")
    assert parsed.events[0] == {"a": 1}
    assert isinstance(parsed.events[1], Unparsed)
    assert parsed.events[2] == {"b": 2}
    assert len(parsed.events) == 3


@pytest.mark.parametrize(
    "body",
    [b"", b"   ", b"{", b"null", b"[]", b"5", b'{"events": 5}', b'{"event": []}', b'{"events": [1,]}', b"\xff\xfe{}"],
)
def test_a_body_without_events_is_unreadable(body: bytes) -> None:
    """The answer says what should have been sent."""
    with pytest.raises(UnreadableBody, match=r"send .*events"):
        parse(body, "json")


def test_no_lines_are_unreadable() -> None:
    """An empty body is not a request."""
    with pytest.raises(UnreadableBody):
        parse(b"\n \n", "ndjson")


def test_odd_numbers_and_texts_are_cleaned() -> None:
    """NaN and infinities become null, NUL and lone surrogates a replacement character, huge numbers stay near."""
    body = b'{"events": [{"a": NaN, "b": -Infinity, "c": 1e999, "d": "x\\u0000y", "e": "\\ud800", "f": %s}]}' % (
        b"9" * 5000
    )
    assert parse(body, "json").events == [{"a": None, "b": None, "c": None, "d": "x\ufffdy", "e": "\ufffd", "f": None}]
    assert parse(b'{"events": [%s]}' % (b"9" * 25), "json").events == [1e25]


def test_broken_utf8_is_replaced() -> None:
    """One wrong byte in one text costs that byte."""
    assert parse(b'{"events": ["a\xffb"]}', "json").events == ["a\ufffdb"]


@pytest.mark.parametrize("form", ["json", "ndjson"])
def test_nesting_beyond_measure_costs_one_event(form: str) -> None:
    """The others of the same body are read."""
    good = '{"a": [1, "]}"]}'
    body = f'{{"events": [{good}, {DEEP}, {good}], "dropped": [7]}}' if form == "json" else f"{good}\n{DEEP}\n{good}"
    parsed = parse(body.encode(), "json" if form == "json" else "ndjson")
    assert [parsed.events[0], parsed.events[2]] == [{"a": [1, "]}"]}] * 2
    assert parsed.events[1] == Unparsed("too_deep", "nested too deeply")
    assert parsed.dropped == ([7] if form == "json" else None)


BROKEN = [f'{{"events": [{DEEP}', f'{{"events": {DEEP[:-9]}}}', f'{{"events": 1, "x": {DEEP}}}']


@pytest.mark.parametrize("body", BROKEN, ids=["open", "unbalanced", "no list"])
def test_nesting_beyond_measure_and_broken(body: str) -> None:
    """Where the brackets do not match either there is nothing to save."""
    with pytest.raises(UnreadableBody):
        parse(body.encode(), "json")


@pytest.mark.parametrize("broken", ["{oops}", '{"a": }', "tru", '{"a": 1}}'[:-1] + " 5", '{"a" "b"}'])
def test_one_broken_event_costs_itself(broken: str) -> None:
    """As long as the brackets match, the others of the same array are read."""
    parsed = parse(f'{{"events": [{{"a": 1}}, {broken}, {{"b": "]"}}], "dropped": [7]}}'.encode(), "json")
    assert [parsed.events[0], parsed.events[2]] == [{"a": 1}, {"b": "]"}]
    assert isinstance(parsed.events[1], Unparsed)
    assert parsed.events[1].code == "invalid_json"
    assert parsed.dropped == [7]


@pytest.mark.parametrize("events", ["oops", "{oops}", "1 2", "{oops}, tru"])
def test_nothing_but_broken_events_is_no_body(events: str) -> None:
    """Where not one can be read, the body as a whole is refused."""
    with pytest.raises(UnreadableBody, match="not valid JSON"):
        parse(f'{{"events": [{events}]}}'.encode(), "json")


def test_bare_control_characters_are_taken() -> None:
    """A line end that was not escaped, as hand-made JSON has it, costs nothing."""
    assert parse(b'{"events": ["a\nb\tc\x01"]}', "json").events == ["a\nb\tc\x01"]


@pytest.mark.parametrize("form", ["json", "ndjson"])
def test_there_is_a_limit_to_events(form: str) -> None:
    """So that answers and transactions stay bounded."""
    body = b'{"events": [' + b"1," * MAX_EVENTS + b"1]}" if form == "json" else b"1\n" * (MAX_EVENTS + 1)
    with pytest.raises(TooManyEvents):
        parse(body, "json" if form == "json" else "ndjson")
    with pytest.raises(TooManyEvents):
        parse(b'{"events": [oops' + b",1" * MAX_EVENTS * 9 + b"]}", "json")


def test_there_is_a_limit_to_values() -> None:
    """A body of nothing but empty objects would take fifty times its size in memory."""
    with pytest.raises(TooManyEvents, match="values"):
        parse(b'{"events": [' + b"{}," * 1_100_000 + b"{}]}", "json")


@pytest.mark.parametrize(
    ("content_type", "form"),
    [
        ("", "json"),
        ("application/json", "json"),
        ("Application/JSON; charset=utf-8", "json"),
        ("application/x-ndjson", "ndjson"),
        ("application/jsonl", "ndjson"),
    ],
)
def test_content_types(content_type: str, form: str) -> None:
    """JSON is the default; lines have several names."""
    assert form_of(content_type) == form


@pytest.mark.parametrize("content_type", ["text/html", "multipart/form-data; boundary=x", "x" * 1000])
def test_other_content_types_are_refused(content_type: str) -> None:
    """The answer says what is taken."""
    with pytest.raises(UnsupportedMediaType, match="x-ndjson"):
        form_of(content_type)


@settings(max_examples=40, deadline=None)
@given(st.lists(VALUES, max_size=4), st.lists(VALUES, max_size=4))
def test_splitting_agrees_with_parsing(events: list[object], others: list[object]) -> None:
    """Taking an array apart by its brackets finds the same items as a parser does."""
    text = json.dumps({"events": events, "n": 5, "others": others}).encode()
    members = split_object(text, 5)
    assert [orjson.loads(item) for item in members["events"]] == json.loads(text)["events"]
    assert len(members["others"]) == len(others)
    assert "n" not in members


@given(st.binary())
def test_no_body_breaks_the_parser(body: bytes) -> None:
    """Whatever comes, it is read or refused."""
    for form in ("json", "ndjson"):
        try:
            parse(body, "json" if form == "json" else "ndjson")
        except UnreadableBody:
            continue


@given(st.binary())
def test_no_text_breaks_the_splitter(text: bytes) -> None:
    """Whatever comes, it is taken apart or refused."""
    try:
        split_object(text, 5)
    except NotSplittable:
        return
