"""The readable text of a page."""

import pytest
from agent_runner.tools.html_text import html_to_text
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("<h2>Title</h2>text", "## Title\ntext"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ("a<br>b", "a\nb"),
        ("a   b\n\n  c", "a b c"),
        ("<pre>a\n    b</pre>", "a\n    b"),
        ("x<script>evil()</script>y", "xy"),
        ("<style>p{}</style><p>x</p>", "x"),
        ("<svg><text>no</text></svg>x", "x"),
        ("<a href='/x'>words</a>", "words (https://e.org/x)"),
        ("<a href='#top'>up</a><a href='javascript:x()'>no</a><a href=''>e</a>", "upnoe"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "| a | b"),
        ("&lt;tag&gt; &amp; &#252;", "<tag> & ü"),
        ("<div>never closed <b>bold", "never closed bold"),
        ("<noscript><p>x</noscript>y", "y"),
        ("</div></p>stray", "stray"),
        ("", ""),
    ],
)
def test_text(html: str, text: str) -> None:
    """Structure stays as markdown, code and styles go."""
    assert html_to_text(html, "https://e.org/page")[1] == text


def test_title() -> None:
    """Also where the head is full of scripts."""
    html = "<html><head><script>x</script><title>A &amp; B</title></head><body>text</body></html>"
    assert html_to_text(html, "https://e.org/") == ("A & B", "text")


@given(st.text(alphabet="<>/!-[]ab &;=\"'#x0\n", max_size=200))
def test_any_markup_is_survived(html: str) -> None:
    """Broken pages are pages too."""
    html_to_text(html, "https://e.org/")
