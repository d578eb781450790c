"""What servers ask while they work: a person (elicitation), or a model (sampling)."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest
from agent_runner.mcp_manager.ports import SamplingRefusedError
from agent_runner.mcp_manager.types import Answer, Caller, CallResult, Sample, SampleRequest, TextPart

from tests.agent.mcp_manager.servers import Person, odd, running


def said(result: CallResult) -> dict[str, object]:
    """What the server was answered."""
    (part,) = result.parts
    assert isinstance(part, TextPart)
    return json.loads(part.text)


async def test_person_is_asked_and_the_server_gets_the_answer(tmp_path: Path) -> None:
    """With the form, the tool, and on whose behalf; what was left alone has its default."""
    person = Person(Answer("accept", {"name": "Ada"}))
    async with running(tmp_path, odd(), asker=person) as started:
        await started.ready("odd")
        caller = Caller(run_id="run_1")
        answered = said(await started.manager.call("odd", "ask", {}, caller=caller))
        assert answered == {"action": "accept", "content": {"name": "Ada", "age": 7}}
        (question,) = person.asked
        assert (question.server, question.kind, question.message) == ("odd", "form", "Who?")
        assert (question.tool, question.caller) == ("ask", caller)
        assert question.schema is not None


@pytest.mark.parametrize("action", ["decline", "cancel"])
async def test_person_may_decline(tmp_path: Path, action: str) -> None:
    """Then nothing that was filled in goes to the server."""
    person = Person(Answer(action, {"name": "Ada"}))  # type: ignore[arg-type]
    async with running(tmp_path, odd(), asker=person) as started:
        await started.ready("odd")
        assert said(await started.manager.call("odd", "ask", {})) == {"action": action}


async def test_person_may_be_sent_to_an_address(tmp_path: Path) -> None:
    """To do there what must not pass through us."""
    person = Person(Answer("accept"))
    async with running(tmp_path, odd(), asker=person) as started:
        await started.ready("odd")
        assert said(await started.manager.call("odd", "ask_url", {})) == {"action": "accept"}
        assert (person.asked[0].kind, person.asked[0].url) == ("url", "https://a.example")


async def test_time_of_the_person_does_not_count(tmp_path: Path) -> None:
    """The call's own time is for the server."""
    async with running(tmp_path, odd(), asker=Person(Answer("accept", {"name": "x"}), after_s=0.8)) as started:
        await started.ready("odd")
        assert said(await started.manager.call("odd", "ask", {}, timeout_s=0.5))["action"] == "accept"


async def test_question_ends_with_its_call(tmp_path: Path) -> None:
    """Nobody is left with a question that no one waits for."""
    person = Person(Answer("accept"), after_s=60)
    async with running(tmp_path, odd(), asker=person) as started:
        await started.ready("odd")
        call = asyncio.create_task(started.manager.call("odd", "ask", {}))
        while not person.asked:
            await asyncio.sleep(0.01)
        call.cancel()
        async with asyncio.timeout(2):
            while not person.given_up:
                await asyncio.sleep(0.01)


async def test_without_anyone_to_ask_the_server_is_told(tmp_path: Path) -> None:
    """It does not wait."""
    async with running(tmp_path, odd()) as started:
        await started.ready("odd")
        assert "not supported" in str(said(await started.manager.call("odd", "ask", {}))["message"])


class Model:
    """A `Sampler`."""

    def __init__(self) -> None:
        self.asked: list[SampleRequest] = []

    async def sample(self, request: SampleRequest) -> Sample:
        self.asked.append(request)
        if len(self.asked) > 1:
            raise SamplingRefusedError("the budget is spent")
        return Sample("Hello!", "builtin:operator")


async def test_sampling_is_for_servers_that_may(tmp_path: Path) -> None:
    """By their definition; others are refused, and so is one that may when the model is."""
    model = Model()
    trusted = replace(odd("trusted"), allow_sampling=True)
    async with running(tmp_path, odd(), trusted, sampler=model) as started:
        await started.ready("odd")
        await started.ready("trusted")
        assert "not supported" in str(said(await started.manager.call("odd", "sample", {}))["message"])
        assert model.asked == []
        answered = said(await started.manager.call("trusted", "sample", {}))
        assert (answered["content"], answered["model"]) == ({"type": "text", "text": "Hello!"}, "builtin:operator")
        assert model.asked[0].messages == [{"role": "user", "content": "Hi"}]
        assert "budget" in str(said(await started.manager.call("trusted", "sample", {}))["message"])


async def test_log_tail_has_what_servers_say_without_their_secrets(tmp_path: Path) -> None:
    """On standard error and as log messages."""
    async with running(tmp_path, odd(API_KEY="s3cret-value")) as started:
        await started.ready("odd")
        await started.manager.call("odd", "log", {"text": "the key is s3cret-value"})
        await started.until("odd", lambda _: len(started.manager.log_tail("odd")) >= 2)
        lines = {(line.source, line.text) for line in started.manager.log_tail("odd")}
        assert lines == {("stderr", "on stderr: the key is ***"), ("server", "warning: the key is ***")}
