"""Rules of the house that import-linter cannot say."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("libs/kit/kit", "services/agent/agent_runner", "services/tracker/tracker", "services/dashboard/dashboard")
LONGEST_FILE = 400
LONGEST_FUNCTION = 60
FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef

# put together from parts, so that this file does not name them either
REGISTRY_HOSTS = tuple(
    "".join(parts)
    for parts in (
        ("py", "pi.org"),
        ("pythonho", "sted.org"),
        ("npm", "js.org"),
        ("deb.", "debian.org"),
        ("yarn", "pkg.com"),
    )
)


def modules() -> Iterator[tuple[str, Path]]:
    """Each module of ours as `package/room/module.py`, with its file."""
    for package in PACKAGES:
        folder = ROOT / package
        for path in sorted(folder.rglob("*.py")):
            yield str(path.relative_to(folder.parent)), path


def committed(*endings: str) -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    paths = [ROOT / name for name in listed.split("\0") if name]
    return [path for path in paths if path.is_file() and (not endings or path.suffix in endings)]


def imported(path: Path) -> set[str]:
    """The top-level names of all that a module imports, wherever in it the import stands."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


@pytest.mark.parametrize(
    ("library", "allowed"),
    [
        ("fastapi", r"kit/service\.py|kit/web/.*|\w+/app\.py|\w+/api/.*"),
        (
            "sqlalchemy",
            r"kit/(database|outbox)\.py|kit/migrate\.py|kit/alembic_env/.*|\w+/storage/.*|\w+/(\w+/)?store\.py",
        ),
        ("alembic", r"kit/migrate\.py|kit/alembic_env/.*|\w+/storage/.*"),
    ],
)
def test_library_is_imported_only_in_its_room(library: str, allowed: str) -> None:
    """FastAPI stays in `app` and `api`, SQL in `storage` and a room's own `store`."""
    elsewhere = [name for name, path in modules() if library in imported(path) and not re.fullmatch(allowed, name)]
    assert elsewhere == []


def test_environment_is_read_only_in_config() -> None:
    """Whoever looks for a setting finds it in `config`, or in the kit's base of it."""
    reads = re.compile(r"os\.environ|os\.getenv|from os import .*(environ|getenv)")
    readers = [name for name, path in modules() if reads.search(path.read_text(encoding="utf-8"))]
    assert [name for name in readers if not re.fullmatch(r"kit/settings\.py|\w+/config(\.py|/.*)", name)] == []


def test_every_setting_is_documented() -> None:
    """Whoever operates the services finds each variable in one table."""
    documented = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    settings = {name for _, path in modules() for name in re.findall(r'validation_alias="(\w+)"', text_of(path))}
    assert {name for name in settings if f"`{name}`" not in documented} == set()
    assert "BINNACLE_DATA_DIR" in settings


def test_core_of_the_agent_knows_no_outside() -> None:
    """The loop gets a model, tools and a journal: it does no HTTP, SQL or I/O by itself."""
    outside = {"fastapi", "starlette", "uvicorn", "httpx", "aiohttp", "sqlalchemy", "os", "subprocess", "socket"}
    found = {name: imported(path) & outside for name, path in modules() if name.startswith("agent_runner/core/")}
    assert {name: names for name, names in found.items() if names} == {}


def test_files_are_short() -> None:
    """A file that grows past the limit wants to be two."""
    code = [path for path in committed(".py", ".js", ".mjs") if "tests" not in path.relative_to(ROOT).parts]
    lengths = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8").count("\n") for path in code}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def test_functions_are_short() -> None:
    """One screen, one idea."""
    long: list[str] = []
    for path in committed(".py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, FUNCTIONS):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                long += [f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"] if length > LONGEST_FUNCTION else []
    assert long == []


def test_no_registry_is_named() -> None:
    """Whoever installs from a mirror can: no file of ours names where packages come from."""
    naming = [
        str(path.relative_to(ROOT)) for path in committed() if any(host in text_of(path) for host in REGISTRY_HOSTS)
    ]
    assert naming == []


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def test_locks_agree() -> None:
    """One environment holds all three services and the test tools: each package has one version in all locks."""
    pins: dict[str, set[str]] = {}
    for lock in [*ROOT.glob("requirements/*.lock"), *ROOT.glob("services/*/requirements.lock")]:
        for name, version in re.findall(r"^([\w.-]+)==(\S+)", lock.read_text(encoding="utf-8"), re.MULTILINE):
            pins.setdefault(name, set()).add(version)
    assert {name: versions for name, versions in pins.items() if len(versions) > 1} == {}
    assert "fastapi" in pins


def test_locks_hold_what_is_asked_for() -> None:
    """`make lock` was run after the last change of a `pyproject.toml`."""
    for name in ("agent", "tracker", "dashboard"):
        lock = (ROOT / f"services/{name}/requirements.lock").read_text(encoding="utf-8")
        for project in ("libs/kit", f"services/{name}"):
            wanted = re.findall(r'^  "([\w-]+)[>=;"]', (ROOT / project / "pyproject.toml").read_text(), re.MULTILINE)
            missing = [package for package in wanted if package != "binnacle-kit" and f"\n{package}==" not in lock]
            assert missing == [], f"{name}: make lock"


def test_every_test_says_what_can_be_relied_on() -> None:
    """A test's docstring is a promise to a user or caller, in one line."""
    silent: list[str] = []
    for path in (ROOT / "tests").rglob("test_*.py"):
        functions = [node for node in ast.walk(ast.parse(text_of(path))) if isinstance(node, FUNCTIONS)]
        silent += [
            f"{path.name}: {one.name}"
            for one in functions
            if one.name.startswith("test_") and not ast.get_docstring(one)
        ]
    assert silent == []


def test_tests_are_no_packages() -> None:
    """`tests/tracker/__init__.py` would shadow the package `tracker`."""
    assert list((ROOT / "tests").rglob("__init__.py")) == []
