"""The plain requests that are understood word by word. Data; `phrases` reads it.

One pattern a line: `(a|b)` is one of them, `[a|b]` may be left out, `{place}` is an argument of the tool or a word that
`phrases` knows. First match wins, so the special stands before the general.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kit.jsontypes import Json

_NO_SUMMARY = "I have no language model in me that could summarize it, so here is the text itself."


@dataclass(frozen=True, slots=True)
class Entry:
    """Requests for one tool. `fixed` are arguments that the words imply; `note` is said beside the result."""

    tool: str
    patterns: str
    fixed: Mapping[str, Json] = field(default_factory=dict[str, Json])
    note: str = ""


BOOK: Sequence[Entry] = (
    Entry(
        "current_time",
        """
        [{what}] [the] [current|local|exact] [date and] time [is it] [now]
        [{what}] [the] [current|local] [date and] time [is it] [now] (in|at|for) {zone} [now|right now]
        [{what}] [the] [current|today's] (date|day|weekday) [is it|of the week] [today] [in {zone}]
        (what day is it|what day is today|today)
        """,
    ),
    Entry(
        "fetch_url",
        """
        {fetch} [the] [page|site|url|website|webpage|text|content|contents] [at|of|from] {url}
        {what} [does|are] [on|at|in] {url} [say]
        """,
    ),
    Entry("fetch_url", "{summarize} [the] [page|site|website] [at] {url}", note=_NO_SUMMARY),
    Entry(
        "search_files",
        """
        {list} {all} [{type}] {ones} [are there] [that|which|where] {mention} {said} {in_folder}
        {search} [in|through|all] {all} [{type} (file|files)|files|workspace|everything] (for|after) {said} {in_folder}
        (search|look) [in] {path} for {said}
        (find|grep|search) [for] {said} in [all] [the|my] (files|workspace)
        grep {text} {in_folder}
        where (is|are) {text} (mentioned|used|written)
        (find|search) {quoted} {in_folder}
        """,
    ),
    Entry(
        "find_files",
        """
        {list} {all} {type} (file|files) {in_folder}
        {list} {all} [{entries}] (named|called|matching|like|ending in) {pattern} {in_folder}
        (find|locate|search for|look for) {all} [file|files] {pattern} [file|files] {in_folder}
        (list|ls|show {me}) {glob} [files] {in_folder}
        (where|where's) [is|are] {all} [file] {pattern}
        """,
    ),
    Entry("read_file", "{show} {me} [the] (content|contents|text) (of|in|from) [the file] {file}"),
    Entry(
        "list_files",
        """
        [{list}|what's|how many] {me} [is|are] {all} {entries} [and {entries}] {there} {in_folder}
        (show|list|open) {me} {all} (folder|directory|workspace) [{path}]
        (ls|dir|tree|list) [-la|-l|-a|-al] [{path}]
        """,
    ),
    Entry(
        "read_file",
        """
        {show} {me} (line|lines) {range} (of|from|in) {file}
        {show} {me} {file} (line|lines) {range}
        {show} {me} the first {last_line} lines (of|from|in) {file}
        """,
    ),
    Entry("read_file", "{summarize} [the] [file|text of|content of|contents of] {file}", note=_NO_SUMMARY),
    Entry(
        "read_file",
        """
        {show} {me} [the|me] [file|files] [the file] {files}
        {what} [does|are] [written|the content|the contents] [in|inside|of] [the file] {file} [say|contain]
        (read|cat|view) {path}
        """,
    ),
    Entry(
        "list_files",
        "{what} [are] [there] (in|inside) [the|my] [folder|directory] {path} [folder|directory]",
    ),
    Entry(
        "file_info",
        """
        (info|information|details|stat|size|properties|about) [about|on|of|for] [the] [file|folder] {path}
        (show {me}|get|give {me}) [the] (info|information|details|size) (about|on|of|for) {path}
        how (big|large|old|long) is [the] [file|folder] {path}
        when was [the] [file] {path} [last] (changed|modified|edited|written)
        does [the] [file|folder] {path} exist
        is there [a|the] [file|folder] {file}
        """,
    ),
    Entry(
        "edit_file",
        """
        (replace|change) [all|every] {old_text} (with|by|to|for) {new_text} [{everywhere}] in [the file] {file}
        in [the file] {file} (replace|change) {old_text} (with|by|to) {new_text}
        """,
    ),
    Entry(
        "append_file",
        """
        (append|add) [the|a] [line|text|word|words] {words} to [the] [end of|bottom of] [the] [file] {file}
        (append|add) to [the end of] [the] [file] {file} {rest}
        """,
    ),
    Entry(
        "make_folder",
        """
        (create|make|add|mkdir|new) {all} [new] [empty] (folder|directory|dir) [called|named] {path}
        (create|make|add) {all} [new] {path} (folder|directory)
        mkdir [-p] {path}
        """,
    ),
    Entry(
        "write_file",
        """
        (create|make|write|save|new) {all} [new] [{word}] [file] [called|named] {file} {holding} [{the_text}] {rest}
        (write|save|put|store) {words} (to|into|in|as|onto) [the|a] [new] [file] [called|named] {file}
        copy {its_text} (to|into) [the|a] [new] [file] {file}
        """,
    ),
    Entry(
        "write_file",
        """
        (create|make|write|new) {all} [new] [empty] [{word}] [file] [called|named] {file}
        touch {path}
        """,
        {"content": "", "overwrite": False},
    ),
    Entry(
        "move_file",
        "(move|rename|mv) {all} [file|folder] {source} (to|into|as|in) [the] [folder|directory] {target} [folder]",
    ),
    Entry(
        "copy_file", "(copy|cp|duplicate) {all} [file|folder] {source} (to|into|as|in) [the] [folder] {target} [folder]"
    ),
    Entry(
        "delete_file",
        """
        {delete} [the] [folder|directory] {path} [folder] (with|and) (everything|all) [that is] [in it|inside]
        rm -rf {path}
        """,
        {"recursive": True},
    ),
    Entry(
        "delete_file",
        """
        {delete} [the] [file] {files}
        {delete} [the] [file|folder|directory] {path} [folder|directory]
        """,
    ),
)
