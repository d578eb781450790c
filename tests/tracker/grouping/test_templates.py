"""Message templates: what varies is taken out, what tells messages apart stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tracker.grouping.templates import template_of


@pytest.mark.parametrize(
    ("message", "template"),
    [
        ("User 42 not found", "User <num> not found"),
        ("took 12ms, 17% of 3.5 s", "took <num>ms, <num>% of <num> s"),
        ("can't open '/tmp/a b' now", "can't open <str> now"),
        ('key "name" is missing', "key <str> is missing"),
        ("no such file: /var/lib/app/data.db", "no such file: <path>"),
        (r"cannot read C:\Users\jo\notes.txt", "cannot read <path>"),
        ("GET https://example.org/a/b?c=1 failed", "GET <url> failed"),
        ("connect to 10.0.0.12:5432 refused", "connect to <ip> refused"),
        ("run run_01jd8k2m5c7p is gone", "run <id> is gone"),
        ("object 3f2504e0-4f89-11d3-9a0c-0305e82c3301 is gone", "object <uuid> is gone"),
        ("at 2026-11-23T10:31:07.123Z and 10:31:07", "at <time> and <time>"),
        ("hash deadbeef01 differs from 0xCAFE01", "hash <id> differs from <id>"),
        ("balance -12.50 is below 1,000", "balance <num> is below <num>"),
        ("mail to jo.doe@example.org bounced", "mail to <email> bounced"),
        ("  spaced   out\n over lines ", "spaced out over lines"),
        ("nothing varies here", "nothing varies here"),
        ("", ""),
    ],
)
def test_what_varies_is_taken_out(message: str, template: str) -> None:
    """Each kind of variable has a name in the template; words stay."""
    assert template_of(message) == template


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Order 1 failed", "Order 1 cancelled"),
        ("cannot open file", "cannot close file"),
        ("timeout in reading", "timeout in writing"),
    ],
)
def test_different_messages_stay_apart(one: str, other: str) -> None:
    """Words that are no variables tell messages apart."""
    assert template_of(one) != template_of(other)


@given(st.integers(min_value=0), st.integers(min_value=0))
def test_numbers_do_not_matter(one: int, other: int) -> None:
    """Whatever the numbers, the template is one."""
    assert template_of(f"job {one} of {other} died") == template_of("job 1 of 2 died")


@given(st.text())
def test_any_text_has_a_template(text: str) -> None:
    """No text is refused, and a template is no longer than bounded."""
    assert len(template_of(text)) <= 6_000


def test_a_very_long_message_is_quick() -> None:
    """Only the beginning of a huge message takes part."""
    assert template_of("x1 " * 500_000) == template_of("x1 " * 600_000)
