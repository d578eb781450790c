"""Part a model's thoughts from its words where both come as one text, between `<think>` and `</think>`."""

from typing import Literal, TypeAlias

from agent_runner.core.types import Delta

_OPEN = "<think>"
_CLOSE = "</think>"
_State: TypeAlias = Literal["start", "thinking", "after", "words"]


class ThoughtSplitter:
    """Text in pieces in, deltas out. Only a `<think>` at the very beginning counts: later ones are words about it."""

    def __init__(self) -> None:
        self._state: _State = "start"
        self._held = ""

    def feed(self, text: str) -> list[Delta]:
        """The deltas that this piece makes certain; the rest is held back until more comes."""
        if self._state == "words":
            return [Delta(text)] if text else []
        self._held += text
        if self._state == "start" and not self._decide():
            return []
        deltas = self._think() if self._state == "thinking" else []
        return deltas + self._speak()

    def end(self) -> list[Delta]:
        """What was held back when the text is over."""
        kind: Literal["text", "reasoning"] = "reasoning" if self._state == "thinking" else "text"
        held, self._held = self._held, ""
        return [Delta(held, kind)] if held.strip() else []

    def _decide(self) -> bool:
        begun = self._held.lstrip()
        if begun.startswith(_OPEN):
            self._state, self._held = "thinking", begun[len(_OPEN) :]
        elif not _OPEN.startswith(begun):
            self._state = "words"
        return self._state != "start"

    def _think(self) -> list[Delta]:
        thought, closed, rest = self._held.partition(_CLOSE)
        if closed:
            self._state, self._held = "after", rest
        else:
            keep = _overlap(thought, _CLOSE)
            thought, self._held = thought[: len(thought) - keep], thought[len(thought) - keep :]
        return [Delta(thought, "reasoning")] if thought else []

    def _speak(self) -> list[Delta]:
        if self._state == "thinking":
            return []
        words, self._held = (self._held.lstrip() if self._state == "after" else self._held), ""
        if words:
            self._state = "words"
        return [Delta(words)] if words else []


def part_thoughts(text: str) -> tuple[str, str]:
    """`(thoughts, words)` of a whole text whose opening mark stood in the prompt, so that only `</think>` is there."""
    thoughts, closed, words = text.partition(_CLOSE)
    return (thoughts.strip(), words.lstrip()) if closed and _OPEN not in thoughts else ("", text)


def _overlap(text: str, mark: str) -> int:
    """How many characters at the end of `text` may be the beginning of `mark`."""
    return next((size for size in range(min(len(text), len(mark) - 1), 0, -1) if mark.startswith(text[-size:])), 0)
