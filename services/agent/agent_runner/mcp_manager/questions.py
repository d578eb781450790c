"""What a server asks back while it works: a person's input, or a model's answer."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from typing import cast

import mcp_types as sdk
from kit.jsontypes import Json, JsonObject
from kit.text import clean, clean_text
from mcp.client.session import ClientRequestContext, ElicitationFnT, SamplingFnT

from agent_runner.mcp_manager.flight import Flight, Flights
from agent_runner.mcp_manager.ports import Asker, Sampler, SamplingRefusedError
from agent_runner.mcp_manager.types import Answer, Question, SampleRequest

_CANCELLED = Answer("cancel")


def elicitation(server: str, asker: Asker, flights: Flights) -> ElicitationFnT:
    """The SDK's callback that asks a person; the clocks of calls stand still meanwhile."""

    async def elicit(
        context: ClientRequestContext,  # noqa: ARG001 - the SDK's signature; it does not say which call asks
        params: sdk.ElicitRequestParams,
    ) -> sdk.ElicitResult:
        flight = flights.asking()
        question = _question(server, params, flight)
        with flights.waiting_on_a_person():
            answer = await _while_wanted(asker.ask(question), flight)
        return _elicited(question, answer)

    return elicit


def sampling(server: str, sampler: Sampler, flights: Flights) -> SamplingFnT:
    """The SDK's callback that asks a model."""

    async def create(
        context: ClientRequestContext,  # noqa: ARG001 - as above
        params: sdk.CreateMessageRequestParams,
    ) -> sdk.CreateMessageResult | sdk.ErrorData:
        flight = flights.asking()
        request = SampleRequest(
            server=server,
            messages=[_message(message) for message in params.messages],
            system=params.system_prompt,
            max_tokens=params.max_tokens,
            caller=flight.caller if flight else None,
        )
        try:
            sample = await sampler.sample(request)
        except SamplingRefusedError as refused:
            return sdk.ErrorData(code=sdk.INVALID_REQUEST, message=str(refused))
        content = sdk.TextContent(text=sample.text)
        return sdk.CreateMessageResult(role="assistant", content=content, model=sample.model, stop_reason="endTurn")

    return create


def _question(server: str, params: sdk.ElicitRequestParams, flight: Flight | None) -> Question:
    caller, tool = (flight.caller, flight.tool) if flight else (None, None)
    message = clean_text(params.message)
    if isinstance(params, sdk.ElicitRequestURLParams):
        return Question(server, "url", message, url=clean_text(params.url), caller=caller, tool=tool)
    schema = cast("JsonObject", clean(cast("Json", params.requested_schema)))
    return Question(server, "form", message, schema=schema, caller=caller, tool=tool)


async def _while_wanted(asking: Awaitable[Answer], flight: Flight | None) -> Answer:
    """The answer, or `cancel` when the call that it was for is over."""
    if flight is None:
        return await asking
    asked = asyncio.ensure_future(asking)
    over = asyncio.ensure_future(flight.over.wait())
    try:
        await asyncio.wait({asked, over}, return_when=asyncio.FIRST_COMPLETED)
        return asked.result() if asked.done() else _CANCELLED
    finally:
        asked.cancel()
        over.cancel()


def _elicited(question: Question, answer: Answer) -> sdk.ElicitResult:
    if answer.action != "accept" or question.kind == "url":
        return sdk.ElicitResult(action=answer.action)
    content = {**_defaults(question.schema or {}), **(answer.content or {})}
    return sdk.ElicitResult.model_validate({"action": "accept", "content": content})


def _defaults(schema: JsonObject) -> JsonObject:
    """What the form says of fields that were left alone."""
    properties = schema.get("properties")
    fields = properties.items() if isinstance(properties, Mapping) else ()
    return {name: field["default"] for name, field in fields if isinstance(field, Mapping) and "default" in field}


def _message(message: sdk.SamplingMessage) -> JsonObject:
    blocks: Sequence[object] = message.content_as_list
    text = "\n".join(block.text if isinstance(block, sdk.TextContent) else "[not text]" for block in blocks)
    return {"role": message.role, "content": clean_text(text)}
