"""What a new user finds in the workspace: something to ask about."""

from pathlib import Path

from kit.settings import SettingsError

from agent_runner.config import Settings

_FILES = {
    "welcome.md": """\
# Welcome to your workspace

This folder is what the agent sees of your disk, and all that it sees. Put files here, or drop them on the page.

Things to try:

- list the files
- read notes.txt
- what is in welcome.md about permissions?
- write a file called hello.txt that says hello

Reading is always allowed. Writing, deleting and fetching from the internet ask you first.
""",
    "notes.txt": """\
Notes
2026-03-02  The spare key is with Ada, second floor.
2026-03-09  Water the plants on Mondays and Thursdays.
2026-03-15  Router: restart it with the small button at the back, then wait two minutes.
""",
}


def prepare_workspace(settings: Settings) -> Path:
    """The workspace folder, made when missing. Only the default one, and only when new, gets a first few files.

    Raises `SettingsError`.
    """
    folder = settings.workspace_dir
    new = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if new and settings.workspace is None:
            for name, text in _FILES.items():
                (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        fix = f"cannot use {folder} ({error.strerror}); set it to a folder that you may write to"
        raise SettingsError("AGENT_WORKSPACE", fix) from error
    return folder
