"""Small things about words: quotes, polite phrases, references, and where a sentence may be cut."""

import re
from collections.abc import Iterator

from agent_runner.models.operator.wishes import Ref

QUOTED = r'"[^"]+"|“[^”]+”|`[^`]+`|(?<!\w)\'[^\']+\'(?!\w)'
REFERENCE = (
    r"(?:that|this|the) (?:file|page|folder)|it|this|that|them(?: all)?|these|those"
    r"|(?:the )?(?:first|second|third|last)(?: one| file| result| match| page| of (?:them|these))?"
    r"|(?:each|all)(?: one| of them| of these| files?)?"
)
CONTENT_REFERENCE = (
    r"(?:its|the|that|this) (?:\w+ )?(?:text|contents?|result|results|output|list|answer|page|time)|it|this|that"
)

_POLITE = re.compile(
    r"^(?:(?:please|kindly|hey|hi|hello|ok(?:ay)?|so|now|just|also|then|first(?:ly)?|next|finally|binnacle|operator|"
    r"(?:can|could|would|will) you(?: please)?|i(?:'d| would) like (?:you )?to|i (?:want|need) (?:you )?to|let'?s|"
    r"(?:tell|show) me(?= (?:what|how|where|which|the time|the date|about))|find out|check|i want to know|do you know|"
    r"go ahead and|try to|help me)\b[\s,:!]*)+(?=\w|[\"'`“*/.])",
    re.IGNORECASE,
)
_TRAILING = re.compile(r"[\s,]*(?:\b(?:please|for me|thanks|thank you|right now)\b)?[\s?!]*$", re.IGNORECASE)
_PROTECTED = re.compile(rf"```.*?```|\{{.*\}}|{QUOTED}", re.DOTALL)
_BREAK = re.compile(
    r"\s*[,;.]?\s+(?:and\s+)?(?:then|afterwards|after that|finally)\b,?\s+|\s*[;\n]\s*"
    r"|,?\s+and\s+(?:also\s+)?|,\s+|\.\s+"
)
_QUESTION = re.compile(
    r"(?:who|whom|whose|what|when|where|which|why|how|is|are|was|were|do|does|did|has|have|can|could|should|will)\b|.*\?$",
    re.IGNORECASE | re.DOTALL,
)
_COMMON = re.compile(
    "about|answer|could|does|doing|done|from|have|having|into|know|like|long|many|mean|more|most|much|need|ones|should|some|"
    "tell|than|that|their|them|then|there|these|they|thing|things|this|those|want|were|what|when|where|which|whose|will|"
    "with|would|your|write|all|and|any|are|but|can|did|for|get|had|has|how|its|may|new|not|now|our|out|the|use|was|who|why|you"
)
_LONGEST_QUESTION = 300
_ORDINALS = {"first": 0, "second": 1, "third": 2, "last": -1}
_MAX_BREAKS = 40


def tidy(text: str) -> str:
    """A clause without politeness and closing marks."""
    stripped = _TRAILING.sub("", _POLITE.sub("", text.strip()))
    # A full stop ends a sentence, but not a name such as `..` or the text of a file.
    return stripped[:-1] if re.search(r"[\w\"'`)\]]\.$", stripped) else stripped


def unquoted(text: str) -> str:
    """The words within quotes, or a code block's lines; other text as it is."""
    text = text.strip()
    if fence := re.fullmatch(r"```\w*\n(.*?)\n?```", text, re.DOTALL):
        return fence[1]
    if len(text) > 1 and re.fullmatch(QUOTED, text):
        return text[1:-1]
    return text


def breaks(text: str) -> Iterator[tuple[str, str]]:
    """The ways to cut a request in two where one step may end and the next begin; quoted text is never cut."""
    protected = [found.span() for found in _PROTECTED.finditer(text)]
    for count, found in enumerate(_BREAK.finditer(text)):
        if count == _MAX_BREAKS:
            return
        if not any(start < found.end() and found.start() < end for start, end in protected):
            yield text[: found.start()], text[found.end() :]


def key_words(text: str) -> list[str]:
    """The three longest words of a question that say what it is about, in their order; none for what is no question."""
    asked = text.strip()
    if len(asked) > _LONGEST_QUESTION or not _QUESTION.match(asked):
        return []
    words = [word for word in re.findall(r"[^\W_]{3,}", asked) if not _COMMON.fullmatch(word.lower())]
    longest = sorted(dict.fromkeys(words), key=len, reverse=True)[:3]
    return [word for word in dict.fromkeys(words) if word in longest]


def path_or_reference(text: str) -> str | Ref:
    """A path as it was written, or the earlier step that it points to."""
    words = text.strip().lower()
    if re.fullmatch(
        r"(?:the |this |my )?(?:workspace|root|top)(?: folder| directory)?|here|everywhere|everything", words
    ):
        return "."
    if not re.fullmatch(REFERENCE, words):
        return unquoted(text).removesuffix("/") or "."
    if words.startswith(("each", "all", "them", "these", "those")):
        return Ref("items")
    ordinal = next((index for word, index in _ORDINALS.items() if word in words.split()), None)
    return Ref("path") if ordinal is None else Ref("item", ordinal)


def content_or_reference(text: str) -> str | Ref:
    """Text to write as it was given, or what an earlier step brought."""
    return Ref("text") if re.fullmatch(CONTENT_REFERENCE, text.strip().lower()) else unquoted(text)
