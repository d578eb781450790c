"""What the built-in model says of itself."""

from collections.abc import Mapping, Sequence

from agent_runner.core.types import ToolSpec
from agent_runner.models.operator.phrases import compiled

_CONNECT = """\
To connect a language model:

- **Ollama** (free, on your machine): install it, run `ollama pull qwen3`, and it is found on its usual port. \
Elsewhere, set `OLLAMA_HOST`.
- **A provider**: set its key before the start, such as `OPENAI_API_KEY`, `ANTHROPIC_API_KEY`, `GEMINI_API_KEY`, \
`MISTRAL_API_KEY` or `OPENROUTER_API_KEY`.
- **Any OpenAI-compatible server** (vLLM, llama.cpp, LM Studio): set `OPENAI_BASE_URL`.

Then choose it by `AGENT_MODEL=provider:model`, or leave that out: what is found is used."""
_WHO = """\
I am Binnacle's built-in operator: no language model, but a set of rules that turn plain English requests into tool \
calls. I need no key and no network, and the same words always do the same."""
_EXAMPLES: Mapping[str, str] = {
    "list_files": "list the files",
    "read_file": "read notes.txt lines 1-20",
    "search_files": "search the files for TODO",
    "find_files": "find *.md",
    "write_file": 'create todo.txt with "buy milk"',
    "append_file": 'append "call Ada" to todo.txt',
    "edit_file": 'replace "milk" with "bread" in todo.txt',
    "make_folder": "make a folder named archive",
    "move_file": "move todo.txt to archive",
    "delete_file": "delete archive/todo.txt",
    "current_time": "what time is it in Tokyo",
    "fetch_url": "fetch https://example.org",
}
_TOPICS: Mapping[str, Sequence[str]] = {
    "help": (
        "(help|commands|command|examples|example)",
        "(what|which) [things|commands] (can|do) you (do|know|understand|help with|help me with)",
        "(how do i use|how can i use) (you|this)",
        "(how does this work|what are you able to do)",
    ),
    "who": (
        "(who are you|what are you|what is this|what model are you|which model are you|what model is this)",
        "are you [a|an] (ai|bot|llm|language model|real|human)",
    ),
    "tools": ("[list|show {me}|{what}|which|what are] [the|your|all|available] (tool|tools) {there}",),
    "connect": ("[how do i|how can i|how to] (connect|add|use|set up|install) [to] [a|an|the|another] {llm} [{rest}]",),
    "hello": ("(hi|hello|hey|good morning|good evening|good afternoon|greetings|test|ping) [there|binnacle|operator]",),
    "thanks": ("(thanks|thank you|thx|great|ok|okay|nice|cool|bye|goodbye|perfect) [very much|a lot|so much]",),
}


def small_talk(text: str, tools: Sequence[ToolSpec]) -> str | None:
    """An answer to a greeting, or to a question about the operator itself; None for anything else."""
    words = text.strip().rstrip("?!. ") or text.strip()
    topic = next((topic for topic, patterns in _TOPICS.items() if _fits(words, patterns)), None)
    return _say(topic, tools) if topic else None


def not_understood(tools: Sequence[ToolSpec]) -> str:
    """What is said to words that mean nothing to the rules."""
    return f"I did not understand that. {_WHO}\n\n{_examples(tools)}\n\n{_CONNECT}"


def too_much(most: int) -> str:
    """What is said to more steps than are taken at a time."""
    return f"That is more than I can take in at once: I take at most {most} steps. Say it in smaller pieces."


def no_answer(words: Sequence[str]) -> str:
    """What is said to a question whose words are in none of the files."""
    said = " or ".join(f"“{word}”" for word in words)
    return f"I do not know, and found nothing on {said} in the files. {_WHO}\n\n{_CONNECT}"


def no_tool(name: str) -> str:
    """What is said when a request is clear, but the tool for it is not at hand."""
    return f"That would take the tool `{name}`, which I do not have in this conversation."


def _fits(words: str, patterns: Sequence[str]) -> bool:
    return any(compiled(pattern).fullmatch(f" {words}") for pattern in patterns)


def _say(topic: str, tools: Sequence[ToolSpec]) -> str:
    if topic == "help":
        return f"{_examples(tools)}\n\n{_WHO}\n\n{_CONNECT}"
    if topic == "who":
        return f"{_WHO}\n\n{_examples(tools)}\n\n{_CONNECT}"
    if topic == "tools":
        listed = "\n".join(f"- `{spec.name}`: {_first_line(spec.description)}" for spec in tools)
        return f"I have {len(tools)} tools:\n\n{listed}" if tools else "I have no tools in this conversation."
    if topic == "connect":
        return _CONNECT
    if topic == "hello":
        return f"Hello! {_WHO} Say “help” to see what I understand."
    return "You are welcome."


def _examples(tools: Sequence[ToolSpec]) -> str:
    names = {spec.name for spec in tools}
    known = [f"- {example}" for name, example in _EXAMPLES.items() if name in names]
    others = [spec.name for spec in tools if spec.name not in _EXAMPLES]
    if others:
        known.append(f"- call {others[0]} with {{…}}, and so with every tool")
    if not known:
        return "There are no tools in this conversation, so there is nothing that I can do."
    if len(known) > 2:
        known.append(
            "- several steps: read a.txt and write its text to b.txt; find all files that mention X and read the first"
        )
    return "You can ask me, for example:\n\n" + "\n".join(known)


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0][:200]
