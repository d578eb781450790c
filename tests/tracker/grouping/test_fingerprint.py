"""Which errors are one issue, and why."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tracker.grouping.fingerprint import VERSION, ErrorFacts, Part, group

from tests.tracker.grouping.test_frames import CHROME, FIREFOX, PYTHON, SAFARI

PLAIN = ErrorFacts("api_error", "chat", "GET /runs answered 502")
STACKED = ErrorFacts("javascript_error", "chat", "Uncaught TypeError: x is undefined", CHROME)


def fingerprint(error: ErrorFacts) -> str:
    return group(error).grouping.fingerprint


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (PLAIN, replace(PLAIN, message="GET /runs answered 503")),
        (STACKED, replace(STACKED, message="TypeError: undefined is not an object", stack=SAFARI)),
        (STACKED, replace(STACKED, message="TypeError: o is undefined", stack=FIREFOX)),
        (STACKED, replace(STACKED, component="overview")),
        (
            ErrorFacts("task_error", "agent", "run 12 failed", PYTHON),
            ErrorFacts("task_error", "agent", "run 99 failed", PYTHON.replace("line 20", "line 25")),
        ),
        (replace(PLAIN, fingerprint=("db",)), replace(STACKED, fingerprint=("db",))),
    ],
    ids=["numbers", "safari", "firefox", "component beside a stack", "moved lines", "client's own"],
)
def test_the_same_cause_is_one_issue(one: ErrorFacts, other: ErrorFacts) -> None:
    """What differs by run, browser, build or line is no difference."""
    assert fingerprint(one) == fingerprint(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (PLAIN, replace(PLAIN, component="overview")),
        (PLAIN, replace(PLAIN, kind="timeout")),
        (PLAIN, replace(PLAIN, message="POST refused")),
        (STACKED, replace(STACKED, stack="at save (https://h/assets/main.js:1:1)")),
        (STACKED, replace(STACKED, message="ReferenceError: x is undefined")),
        (PLAIN, replace(PLAIN, fingerprint=("db",))),
        (replace(PLAIN, fingerprint=("db", "{{ default }}")), replace(STACKED, fingerprint=("db", "{{ default }}"))),
        (replace(PLAIN, fingerprint=("a", "b")), replace(PLAIN, fingerprint=("a b",))),
    ],
    ids=["component", "kind", "words", "place", "type", "client against ours", "client's default", "client's parts"],
)
def test_different_causes_are_two(one: ErrorFacts, other: ErrorFacts) -> None:
    """The same words at another place, or other words at the same, are another issue."""
    assert fingerprint(one) != fingerprint(other)


def test_why_names_the_parts() -> None:
    """An issue can say what its errors have in common."""
    grouped = group(ErrorFacts("task_error", "agent", "httpx.ConnectError: port 80 refused", PYTHON))
    assert grouped.grouping.algorithm == "stack"
    assert grouped.grouping.version == VERSION
    assert grouped.grouping.parts == (
        Part("type", "httpx.ConnectError"),
        Part("frame", "runs.py:step"),
        Part("frame", "runs.py:start"),
        Part("message", "port <num> refused"),
    )
    assert grouped.culprit == "step in runs.py"


def test_without_a_stack_the_component_is_the_culprit() -> None:
    """There is always a place to name."""
    grouped = group(PLAIN)
    assert grouped.grouping.algorithm == "message"
    assert grouped.culprit == "chat"


def test_the_type_is_found_in_the_stack() -> None:
    """A message without its type is the same error as one with it."""
    bare = ErrorFacts("task_error", "agent", "port 80 refused", PYTHON)
    assert fingerprint(bare) == fingerprint(replace(bare, message="httpx.ConnectError: port 80 refused"))


@given(st.text(), st.text(), st.lists(st.text(), max_size=3))
def test_any_error_has_a_group(message: str, stack: str, parts: list[str]) -> None:
    """Nothing that comes in is without a place, and the place never moves."""
    facts = ErrorFacts("unknown", "chat", message, stack, tuple(parts))
    assert group(facts) == group(facts)
    assert len(fingerprint(facts)) == 32
