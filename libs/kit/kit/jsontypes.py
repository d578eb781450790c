"""The types of JSON values, for what crosses a module without a schema of its own."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

Json: TypeAlias = Mapping[str, "Json"] | Sequence["Json"] | str | int | float | bool | None
JsonObject: TypeAlias = Mapping[str, Json]
