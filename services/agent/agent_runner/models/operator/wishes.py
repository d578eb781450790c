"""What a person wants, once it is understood: tool calls whose arguments may refer to what came before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from kit.jsontypes import Json


@dataclass(frozen=True, slots=True)
class Ref:
    """Something that an earlier step brings: its `text`, the `path` it was about, the one at `index` of the `item`s
    it found (-1 the last), or all of them, each in a call of its own."""

    what: Literal["text", "path", "item", "items"]
    index: int = 0


Value: TypeAlias = Json | Ref


@dataclass(frozen=True, slots=True)
class Wanted:
    """A call to make."""

    tool: str
    arguments: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Wish:
    """One step of a request: calls that are made together. `words` are those of the person.

    `note` is said beside the result, where it is less than what was asked for. A `question` was not understood: its
    words are looked for in the files.
    """

    words: str
    calls: Sequence[Wanted]
    note: str = ""
    question: bool = False


@dataclass(frozen=True, slots=True)
class Talk:
    """No tool is needed: `words` are the answer."""

    words: str


Understood: TypeAlias = Sequence[Wish] | Talk
