"""Conversations: what a session has said, and what a run adds to it."""

import pytest
from agent_runner.core.types import Content, FinalOutput, HandBack, Message, ToolCall
from agent_runner.runs import history
from agent_runner.storage.records import RunBody, RunRequest, Transcript

PROMPT = Message("system", "You are Binnacle.")


def user(text: str) -> Message:
    return Message("user", text)


def said(text: Content, *calls: str) -> Message:
    return Message("assistant", text, [ToolCall(call, "tool", "{}") for call in calls])


def result(call: str) -> Message:
    return Message("tool", "done", tool_call_id=call)


def body(asked: str, transcript: Transcript | None) -> RunBody:
    return RunBody(RunRequest([PROMPT, user(asked)], "api"), None, transcript)


def test_conversation_is_what_its_runs_added() -> None:
    """In order; one that was compacted replaces what came before, one that was interrupted leaves its question."""
    bodies = [
        body("one", Transcript([user("one"), said("1")])),
        body("two", Transcript([user("summary"), said("2")], whole=True)),
        body("three", None),
        body("four", Transcript([user("four"), said("4")])),
    ]
    assert [message.content for message in history.conversation(bodies)] == ["summary", "2", "three", "four", "4"]


def test_opening_puts_system_messages_first() -> None:
    """Ours, the client's, the history, and what is asked now."""
    theirs = Message("system", "Be brief.")
    opened = history.opening([PROMPT], [user("old"), said("answer")], [theirs, user("new")])
    assert [message.content for message in opened.messages] == [
        "You are Binnacle.",
        "Be brief.",
        "old",
        "answer",
        "new",
    ]
    assert opened.asked == [user("new")]


def test_run_adds_what_was_asked_and_said() -> None:
    """And nothing of what was there before."""
    opened = history.opening([PROMPT], [user("old"), said("answer")], [user("new")])
    ended = [*opened.messages, said("", "c1"), result("c1"), said("done")]
    transcript = history.transcript(opened, ended)
    assert transcript == Transcript([user("new"), said("", "c1"), result("c1"), said("done")])


def test_compacted_run_replaces_the_whole() -> None:
    """Its messages no longer begin with what it was given."""
    opened = history.opening([PROMPT], [user("old"), said("answer")], [user("new")])
    transcript = history.transcript(opened, [PROMPT, user("summary"), said("done")])
    assert transcript == Transcript([user("summary"), said("done")], whole=True)


def test_calls_handed_back_are_kept_and_their_results_join_them() -> None:
    """The next run of the session begins with the results alone."""
    first = history.opening([PROMPT], [], [user("weather?")])
    outcome = HandBack(said("", "theirs"))
    ended = history.concluded([*first.messages, said("", "ours", "theirs")], outcome)
    kept = history.transcript(first, ended).messages
    assert kept == [user("weather?"), said("", "theirs")]
    second = history.opening([PROMPT], kept, [result("theirs")])
    assert second.messages == [PROMPT, user("weather?"), said("", "theirs"), result("theirs")]
    assert second.asked == [result("theirs")]


def test_calls_handed_back_and_forgotten_are_dropped() -> None:
    """Providers refuse a call without a result: when the person says something else instead, it goes."""
    opened = history.opening([PROMPT], [user("weather?"), said("", "theirs")], [user("never mind")])
    assert opened.messages == [PROMPT, user("weather?"), user("never mind")]


@pytest.mark.parametrize(
    ("messages", "kept"),
    [
        ([user("a"), said("b", "c1"), result("c1")], [user("a"), said("b", "c1"), result("c1")]),
        ([user("a"), said("b", "c1", "c2"), result("c2")], [user("a"), said("b", "c2"), result("c2")]),
        ([user("a"), said("b", "c1")], [user("a"), said("b")]),
        ([user("a"), said("", "c1"), user("x")], [user("a"), user("x")]),
        ([result("c1"), user("a")], [user("a")]),
        ([said("", "c1"), result("c1"), user("x"), result("c1")], [said("", "c1"), result("c1"), user("x")]),
    ],
)
def test_calls_and_results_belong_together(messages: list[Message], kept: list[Message]) -> None:
    """Whatever a client sends or a crash leaves behind."""
    assert history.answered(messages) == kept


def test_run_that_was_broken_off_keeps_what_is_whole() -> None:
    """Cancelled between a call and its result."""
    opened = history.opening([PROMPT], [], [user("go")])
    ended = history.concluded([*opened.messages, said("", "c1"), result("c1"), said("and", "c2")], None)
    assert history.transcript(opened, ended).messages == [user("go"), said("", "c1"), result("c1"), said("and")]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("  list\n the  files ", "list the files"),
        ("", "Untitled"),
        ("word " * 30, "word word word word word word word word word word word word…"),
        ("x" * 100, "x" * 60 + "…"),
    ],
)
def test_title_is_made_of_the_first_words(text: str, title: str) -> None:
    """Whole words, one line."""
    assert history.title_of([user("earlier"), user(text)]) == title


def test_output_is_the_last_words() -> None:
    """None where there are none."""
    assert history.output_of(FinalOutput(said("done"))) == "done"
    assert history.output_of(HandBack(said("", "c1"))) is None
    assert history.output_of(None) is None
    parts = said([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}])
    assert history.output_of(FinalOutput(parts)) == "a\nb"
