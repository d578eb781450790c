"""Make this checkout ready: `run` for starting the services, `test` for the checks and tests as well.

Each step has a stamp, the hash of all it depends on: a step whose stamp fits is passed over, so that a second set-up
takes a fraction of a second. The stamp is written when the step is done, and a step that was begun and not finished is
done again from the ground. Only the standard library: this runs before anything is installed.
"""

import fcntl
import hashlib
import importlib.util
import os
import shutil
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMPS = VENV / ".stamps"
PYTHON = VENV / "bin" / "python"
WEB = ROOT / "services/dashboard/web"
MCP_SERVERS = ROOT / "tests/mcp_servers"
CONFORMANCE = ROOT / "tests/conformance"
PAGE = ROOT / "services/dashboard/dashboard/static/index.html"
PACKAGES = ("libs/kit", "services/agent", "services/tracker", "services/dashboard")
SERVICE_LOCKS = tuple(ROOT / f"services/{name}/requirements.lock" for name in ("agent", "tracker", "dashboard"))
OLDEST_NODE = 20
OLDEST_NODE_OF_SUITE = 22
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@dataclass(frozen=True)
class Step:
    """`run(again)` is told whether an earlier try was cut short.

    It is called for when a file of `inputs` has changed, and when what it made no longer `stands`.
    """

    name: str
    run: Callable[[bool], None]
    inputs: tuple[Path, ...] = ()
    stands: Callable[[], bool] = lambda: True


def call(*command: str | Path, cwd: Path = ROOT, env: Mapping[str, str] | None = None) -> None:
    """Run one program; its output is shown only when it fails, which ends the set-up."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"\n{done.stdout}\nset-up failed ({done.returncode}): {' '.join(map(str, command))}")


def install_on_debian(*packages: str) -> bool:
    """True when apt could be asked: as root, on Debian and its kin."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    call("apt-get", "update", "-qq")
    call(
        "apt-get",
        "install",
        "-y",
        "-qq",
        "--no-install-recommends",
        *packages,
        env={"DEBIAN_FRONTEND": "noninteractive"},
    )
    return True


# --- the environment and what is in it


def make_environment(again: bool) -> None:
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    if importlib.util.find_spec("ensurepip") is None and not install_on_debian(f"{version}-venv"):
        sys.exit(f"\n{version} here lacks its venv module: apt-get install {version}-venv")
    clear = ["--clear"] if again or not environment_is_sound() else []
    call(sys.executable, "-m", "venv", *clear, VENV)


def environment_is_sound() -> bool:
    """Made at this place, with a Python that still runs."""
    try:
        asked = subprocess.run([VENV / "bin/pip", "--version"], capture_output=True, text=True, check=False)
    except OSError:
        return False
    return asked.returncode == 0 and str(VENV) in asked.stdout


def install_builders(again: bool) -> None:
    forced = ["--force-reinstall"] if again else []
    call(PYTHON, "-m", "pip", "install", "-q", "--require-hashes", *forced, "-r", ROOT / "requirements/build.lock")


def install_locked(again: bool, locks: Iterable[Path]) -> None:
    files = [word for lock in locks for word in ("-r", str(lock))]
    uv(again, "--require-hashes", "--compile-bytecode", *files)


def install_services(again: bool) -> None:
    # not from the cache: a wheel built when a package was still empty would be taken for this one
    uv(again, "--no-cache", "--no-deps", "--no-build-isolation", *(word for name in PACKAGES for word in ("-e", name)))


def uv(again: bool, *words: str) -> None:
    """`uv pip install` into the environment, from the index that pip is set to."""
    forced = ["--reinstall"] if again else []
    env = {"UV_HTTP_TIMEOUT": "120"} | index_of_pip() | certificates_of_system() | os.environ
    call(VENV / "bin/uv", "pip", "install", "-q", "-p", PYTHON, *forced, *words, env=env)


def index_of_pip() -> dict[str, str]:
    """uv does not read pip's configuration: a machine that has a mirror set there expects it to be used."""
    asked = subprocess.run(
        [PYTHON, "-m", "pip", "config", "get", "global.index-url"], capture_output=True, text=True, check=False
    )
    return {"UV_DEFAULT_INDEX": asked.stdout.strip()} if asked.returncode == 0 else {}


def compile_own(_again: bool) -> None:
    """Every start would otherwise compile anew where PYTHONDONTWRITEBYTECODE is set.

    What cannot be compiled is no reason to stop here: the checks tell it better.
    """
    subprocess.run([PYTHON, "-m", "compileall", "-qq", *PACKAGES], cwd=ROOT, check=False)


def certificates_of_system() -> dict[str, str]:
    """uv brings a list of authorities of its own, which lacks what an administrator has added to the machine's."""
    return {"UV_SYSTEM_CERTS": "true"} if ssl.get_default_verify_paths().cafile else {}


# --- the page


def install_node(again: bool) -> None:
    if not machine_has_node():
        install_locked(again, [ROOT / "requirements/node.lock"])


def node_stands() -> bool:
    return (VENV / "bin/npm").exists() or machine_has_node()


def machine_has_node(oldest: int = OLDEST_NODE) -> bool:
    node = shutil.which("node")
    if not node or not shutil.which("npm"):
        return False
    asked = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    major = asked.stdout.strip().removeprefix("v").partition(".")[0]
    return major.isdigit() and int(major) >= oldest


def npm(*words: str, cwd: Path = WEB) -> None:
    call("npm", *words, cwd=cwd, env={"PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"})


def install_page_packages(_again: bool) -> None:
    npm("ci", "--ignore-scripts", "--no-audit", "--no-fund")


def install_newer_node(again: bool) -> None:
    """The conformance suite needs a newer one than all the rest."""
    if not machine_has_node(OLDEST_NODE_OF_SUITE):
        install_locked(again, [ROOT / "requirements/node.lock"])


def newer_node_stands() -> bool:
    return (VENV / "bin/npm").exists() or machine_has_node(OLDEST_NODE_OF_SUITE)


def install_conformance_suite(_again: bool) -> None:
    npm("ci", "--ignore-scripts", "--no-audit", "--no-fund", cwd=CONFORMANCE)


def install_mcp_servers(_again: bool) -> None:
    npm("ci", "--ignore-scripts", "--no-audit", "--no-fund", cwd=MCP_SERVERS)


def build_page(_again: bool) -> None:
    npm("run", "build")


# --- the browser that the tests drive


def find_browser(_again: bool) -> None:
    """Not finding one does not stop the other tests: those in the browser fail and name this again."""
    if not any(shutil.which(name) for name in BROWSERS) and not install_on_debian("chromium"):
        print("no Chromium found, which the browser tests need: apt-get install chromium", file=sys.stderr)


# --- the order of things


def sources(folder: Path, ending: str = "") -> tuple[Path, ...]:
    """Every file below the folder whose name ends so, but for what npm installs there."""
    found: list[Path] = []
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name not in {"node_modules", "__pycache__"}]
        found += [Path(place) / name for name in files if name.endswith(ending)]
    return tuple(sorted(found))


def steps_to_run() -> list[Step]:
    projects = tuple(ROOT / name / "pyproject.toml" for name in PACKAGES)
    own = tuple(path for name in PACKAGES for path in sources(ROOT / name, ".py"))
    packages = (WEB / "package.json", WEB / "package-lock.json")
    return [
        Step("environment", make_environment, stands=PYTHON.exists),
        Step("build tools", install_builders, (ROOT / "requirements/build.lock",)),
        Step("packages", lambda again: install_locked(again, SERVICE_LOCKS), SERVICE_LOCKS),
        Step("services", install_services, projects),
        Step("bytecode", compile_own, own),
        Step("node", install_node, (ROOT / "requirements/node.lock",), node_stands),
        Step("page packages", install_page_packages, packages, (WEB / "node_modules").exists),
        Step("page", build_page, sources(WEB), PAGE.exists),
    ]


def steps_to_test() -> list[Step]:
    lock = ROOT / "requirements/dev.lock"
    servers = (MCP_SERVERS / "package.json", MCP_SERVERS / "package-lock.json")
    suite = (CONFORMANCE / "package.json", CONFORMANCE / "package-lock.json")
    return [
        *steps_to_run(),
        Step("test tools", lambda again: install_locked(again, [lock]), (lock,)),
        Step("MCP servers", install_mcp_servers, servers, (MCP_SERVERS / "node_modules").exists),
        Step("newer node", install_newer_node, (ROOT / "requirements/node.lock",), newer_node_stands),
        Step("conformance suite", install_conformance_suite, suite, (CONFORMANCE / "node_modules").exists),
        Step("browser", find_browser),
    ]


def fingerprint(step: Step) -> str:
    digest = hashlib.sha256(str(ROOT).encode())
    for path in step.inputs:
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def take(step: Step) -> None:
    """Do what is not done; while it is under way its stamp says so."""
    stamp, wanted = STAMPS / step.name.replace(" ", "-"), fingerprint(step)
    found = stamp.read_text() if stamp.exists() else ""
    if found == wanted and step.stands():
        return
    print(f"set-up: {step.name} … ", end="", flush=True)
    began = time.monotonic()
    STAMPS.mkdir(parents=True, exist_ok=True)
    stamp.write_text("begun")
    step.run(found == "begun")
    STAMPS.mkdir(parents=True, exist_ok=True)  # a new environment begins without
    stamp.write_text(wanted)
    print(f"{time.monotonic() - began:.1f} s", flush=True)


def main() -> None:
    wanted = {"run": steps_to_run, "test": steps_to_test}.get(" ".join(sys.argv[1:]))
    if wanted is None:
        sys.exit("usage: scripts/setup run|test")
    folder = os.open(ROOT, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)  # two `make` at once take turns
    for step in wanted():
        take(step)


if __name__ == "__main__":
    main()
