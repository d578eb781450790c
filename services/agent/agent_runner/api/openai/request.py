"""What a chat completion request may ask for. Fields that are not named here are ignored."""

from typing import Annotated, Literal, cast

from kit.jsontypes import JsonObject
from pydantic import BaseModel, Field, JsonValue

from agent_runner.api.messages import ChatMessage
from agent_runner.core.types import ToolSpec

Number = Annotated[float, Field(ge=-1_000, le=1_000)]
Count = Annotated[int, Field(ge=1, le=2**31)]
_ANY_SCHEMA: JsonObject = {"type": "object", "properties": {}}


class StreamOptions(BaseModel):
    """What a stream carries besides the answer."""

    include_usage: bool = False


class OfferedFunction(BaseModel):
    """A function of the client's."""

    name: str = Field(pattern=r"^[A-Za-z0-9_.\-]{1,64}$")
    description: str = ""
    parameters: dict[str, JsonValue] | None = None


class OfferedTool(BaseModel):
    """A tool of the client's, which it runs itself."""

    type: Literal["function"]
    function: OfferedFunction

    def to_core(self) -> ToolSpec:
        """The tool as the core knows it."""
        schema = cast("JsonObject", self.function.parameters) if self.function.parameters else _ANY_SCHEMA
        return ToolSpec(self.function.name, self.function.description, schema, source="client")


class ModelOptions(BaseModel):
    """Parameters that are passed on to the model."""

    temperature: Number | None = None
    top_p: Number | None = None
    max_tokens: Count | None = None
    max_completion_tokens: Count | None = None
    stop: str | list[str] | None = None
    seed: Annotated[int, Field(ge=-(2**63), lt=2**63)] | None = None
    presence_penalty: Number | None = None
    frequency_penalty: Number | None = None
    logit_bias: dict[str, Number] | None = None
    response_format: dict[str, JsonValue] | None = None
    reasoning_effort: str | None = Field(None, max_length=50)
    parallel_tool_calls: bool | None = None


class ChatRequest(ModelOptions):
    """OpenAI's chat completion request."""

    model: str = Field(min_length=1, max_length=300, description="`agent`, or `provider:model`")
    messages: list[ChatMessage] = Field(min_length=1, max_length=5_000)
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    tools: list[OfferedTool] | None = Field(None, max_length=500)
    tool_choice: str | dict[str, JsonValue] | None = None
    n: Literal[1] | None = None

    @property
    def is_agent(self) -> bool:
        """The agent is meant, not a model itself."""
        return self.model == "agent"

    @property
    def include_usage(self) -> bool:
        """The last chunk of a stream tells the tokens."""
        return self.stream_options is not None and self.stream_options.include_usage

    def client_tools(self) -> list[ToolSpec]:
        """The client's tools that the model may call."""
        if self.tool_choice == "none":
            return []
        return [tool.to_core() for tool in self.tools or ()]

    def options(self) -> JsonObject:
        """What is passed on. The agent decides by itself when it calls tools: a forced choice would never end."""
        given = self.model_dump(mode="json", include=set(ModelOptions.model_fields), exclude_none=True)
        if not self.is_agent and self.tools and self.tool_choice not in {None, "none"}:
            given["tool_choice"] = self.tool_choice
        return cast("JsonObject", given)
