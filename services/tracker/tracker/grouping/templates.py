"""Messages with their variables taken out, so that the same complaint about another thing reads the same."""

import re
import string

_LONGEST = 1_000
_QUOTED = re.compile(r"""(?<!\w)(?:"[^"\n]*"|'[^'\n]*'|`[^`\n]*`)(?!\w)""")
_URL = re.compile(r"\b[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s\"'<>)\]]+")
_EMAIL = re.compile(r"\b[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_PATH = re.compile(r"(?<![\w<])(?:[A-Za-z]:|~|\.{1,2})?(?:[/\\][\w.@+%-]+){2,}[/\\]?")
_DIGITS = re.compile(r"\d+")
_WORD_CHARACTERS = string.ascii_letters + "_"
_VARIABLE = re.compile(
    r"""
      (?P<uuid>[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b)
    | (?P<time>(?:\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?
               |  \d\d:\d\d:\d\d(?:[.,]\d+)? )\b)
    | (?P<ip>\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b)
    | (?P<num>\d+(?:[.,]\d+)*(?:[eE][-+]?\d+)?)(?=\W|$|(?:[num]?s|[kKmMgGtT]i?[bB]|[bBmhd])\b)
    | (?P<id>\w+)
    """,
    re.VERBOSE,
)


def template_of(message: str) -> str:
    """`User 42 not found at 10:31:07` → `User <num> not found at <time>`."""
    text = message[:_LONGEST]
    if "'" in text or '"' in text or "`" in text:  # each pattern only where its mark is: most messages have none
        text = _QUOTED.sub("<str>", text)
    if "://" in text:
        text = _URL.sub("<url>", text)
    if "@" in text:
        text = _EMAIL.sub("<email>", text)
    if "/" in text or "\\" in text:
        text = _PATH.sub("<path>", text)
    return " ".join(_without_numbers(text).split())


def _without_numbers(text: str) -> str:
    """Every word with a digit in it is a variable. Looking for digits first is what makes this quick."""
    kept: list[str] = []
    done = 0
    for digits in _DIGITS.finditer(text):
        if digits.start() < done:
            continue
        before = text[done : digits.start()]
        head = before.rstrip(_WORD_CHARACTERS)
        variable = _VARIABLE.match(text, done + len(head))
        if variable is not None:
            signed = len(head) == len(before) and head[-1:] in {"-", "+"} and not head[-2:-1].isalnum()
            kept += (head[:-1] if signed else head, f"<{variable.lastgroup}>")
            done = variable.end()
    return "".join((*kept, text[done:]))
