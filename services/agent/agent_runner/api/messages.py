"""Messages as clients send them, in OpenAI's shape."""

from typing import Annotated, Literal, Self, cast

from kit.jsontypes import JsonObject
from pydantic import BaseModel, BeforeValidator, Field, JsonValue, model_validator

from agent_runner.core.types import Content, Message, ToolCall

SESSION_ID = r"^[A-Za-z0-9._:\-]{1,128}$"


class ContentPart(BaseModel, extra="allow"):
    """A part of a message: text, an image, or what else a provider takes."""

    type: str = Field(max_length=50)
    text: str | None = None


class CalledFunction(BaseModel):
    """The function that a model called, with its arguments as JSON text."""

    name: str = Field(max_length=200)
    arguments: str = ""


class CalledTool(BaseModel, extra="allow"):
    """A call that a model made."""

    id: str = Field(max_length=200)
    type: Literal["function"] = "function"
    function: CalledFunction

    def to_core(self) -> ToolCall:
        """The call as the core knows it."""
        extra = cast("JsonObject | None", self.model_extra) or None
        return ToolCall(self.id, self.function.name, self.function.arguments, extra)


def _listed(value: object) -> object:
    return [] if value is None else value


class ChatMessage(BaseModel):
    """One message of a conversation. Fields that are not named here are ignored."""

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | list[ContentPart] | None = None
    tool_calls: Annotated[list[CalledTool], BeforeValidator(_listed)] = Field(default_factory=list[CalledTool])
    tool_call_id: str | None = Field(None, max_length=200)
    reasoning_content: str | None = None

    @model_validator(mode="after")
    def _fits_its_role(self) -> Self:
        if self.role == "tool" and not self.tool_call_id:
            raise ValueError("a message of role tool needs its tool_call_id")
        if self.role != "assistant" and self.content is None:
            raise ValueError(f"a message of role {self.role} needs content")
        if self.role == "assistant" and self.content is None and not self.tool_calls:
            raise ValueError("a message of role assistant needs content or tool_calls")
        return self

    def to_core(self) -> Message:
        """The message as the core knows it."""
        role = "system" if self.role == "developer" else self.role
        calls = [call.to_core() for call in self.tool_calls] if self.role == "assistant" else []
        call_id = self.tool_call_id if self.role == "tool" else None
        return Message(role, self._content(), calls, call_id, reasoning=self.reasoning_content or "")

    def _content(self) -> Content:
        if self.content is None or isinstance(self.content, str):
            return self.content or ""
        return [cast("JsonObject", part.model_dump(mode="json", exclude_none=True)) for part in self.content]


class StrictMessage(ChatMessage, extra="forbid"):
    """A message of a run. `name` is taken and not used."""

    name: str | None = None


Metadata = Annotated[dict[str, JsonValue], Field(max_length=100)]
