"""What someone at the terminal can rely on from `make run`, `start`, `restart` and `stop`."""

import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.scripts.running import Run

Start = Callable[..., Run]
SERVICES = ("agent", "tracker", "dashboard")


def pid_of(run: Run, name: str) -> int:
    return int(httpx.get(f"http://127.0.0.1:{run.ports[name]}/", trust_env=False).text)


def gone(pid: int) -> bool:
    """A zombie is gone too: it only waits to be collected."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return True
    return "State:\tZ" in status


def test_prints_a_login_link_once_all_are_ready(start: Start) -> None:
    """The link comes last, when everything it leads to can be used."""
    said = start().wait_for("login#CODE")
    for name in SERVICES:
        assert said.index(f"{name} is ready") < said.index("login#CODE")
    assert "agent     | asked for /readyz" in said


def test_the_link_does_not_wait_for_ever_for_a_service_that_fails(start: Start) -> None:
    """The dashboard can be used meanwhile, and the terminal says who is missing."""
    said = start(FAILS_TO_START="tracker").wait_for("login#CODE")
    assert "waiting for the tracker" in said
    assert "The dashboard is ready" in said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_all_at_once(start: Start, number: signal.Signals) -> None:
    """Ctrl-C, `kill` and a closed terminal end everything within 2 s, as a success."""
    run = start()
    run.wait_for("login#CODE")
    pids = [pid_of(run, name) for name in SERVICES]
    began = time.monotonic()
    run.process.send_signal(number)
    assert run.process.wait(timeout=10) == 0
    assert time.monotonic() - began < 2
    assert all(gone(pid) for pid in pids)


def test_what_does_not_stop_is_killed(start: Start) -> None:
    """A service that ignores SIGTERM holds the end up for 5 s, not for good."""
    run = start(IGNORES_SIGTERM="agent")
    run.wait_for("login#CODE")
    pid = pid_of(run, "agent")
    assert run.end() == 0
    assert gone(pid)
    assert "agent did not stop" in run.said()


def test_services_end_with_a_killed_supervisor(start: Start) -> None:
    """After kill -9 of the supervisor nothing goes on in the background, and the next start works."""
    run = start()
    run.wait_for("login#CODE")
    pids = [pid_of(run, name) for name in SERVICES]
    run.process.kill()
    run.process.wait()
    until = time.monotonic() + 5
    while not all(gone(pid) for pid in pids) and time.monotonic() < until:
        time.sleep(0.05)
    assert all(gone(pid) for pid in pids)
    start().wait_for("login#CODE")


def test_restart_touches_one_service_only(start: Start) -> None:
    """`make restart S=agent` returns when the new one is ready; the other two never notice."""
    run = start()
    run.wait_for("login#CODE")
    before = {name: pid_of(run, name) for name in SERVICES}
    answer = run.ask("restart", "agent")
    assert (answer.returncode, answer.stdout) == (0, "agent is ready\n")
    after = {name: pid_of(run, name) for name in SERVICES}
    assert [name for name in SERVICES if before[name] != after[name]] == ["agent"]


def test_a_stopped_service_stays_down_until_started(start: Start) -> None:
    """`make stop S=tracker` is no crash: only `make start S=tracker` brings it back."""
    run = start()
    run.wait_for("login#CODE")
    assert run.ask("stop", "tracker").returncode == 0
    time.sleep(1)
    with pytest.raises(httpx.ConnectError):
        pid_of(run, "tracker")
    assert run.ask("start", "tracker").stdout == "tracker is ready\n"
    assert pid_of(run, "tracker")


def test_a_service_that_dies_is_started_again(start: Start) -> None:
    """Its end and the new start are said; the others go on."""
    run = start()
    run.wait_for("login#CODE")
    before = pid_of(run, "dashboard")
    with pytest.raises(httpx.HTTPError):
        httpx.get(f"http://127.0.0.1:{run.ports['agent']}/die", trust_env=False)
    run.wait_for(r"(?s)agent ended unexpectedly \(exit code 3\); started again in 0.5 s.*agent is ready")
    assert pid_of(run, "dashboard") == before


def test_stop_ends_the_run_and_waits_for_it(start: Start) -> None:
    """When `make stop` returns, the ports are free again; with nothing running it says so."""
    run = start()
    run.wait_for("login#CODE")
    assert run.ask("stop").returncode == 0
    assert run.process.wait(timeout=5) == 0
    again = run.ask("stop")
    assert again.returncode == 1
    assert "nothing is running" in again.stderr


def test_a_taken_port_is_named_with_its_variable(start: Start) -> None:
    """Nothing is started, and the message says what to set."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        run = start(TRACKER_PORT=str(port))
        assert run.process.wait(timeout=20) == 1
    assert f"port {port} for the tracker is taken" in run.said()
    assert f"TRACKER_PORT={port + 1000} make run" in run.said()


@pytest.mark.parametrize("port", ["0", "70000", "http", "-1", "8081 "])
def test_a_bad_port_is_refused(start: Start, port: str) -> None:
    """One line with the variable, before anything is started."""
    run = start(AGENT_PORT=port)
    assert run.process.wait(timeout=20) == 1
    assert run.said().startswith("binnacle: AGENT_PORT:")


def test_one_port_for_two_services_is_refused(start: Start) -> None:
    """The second of the two would die at its start: said before."""
    run = start(AGENT_PORT="18555", TRACKER_PORT="18555")
    assert run.process.wait(timeout=20) == 1
    assert "given to two services" in run.said()


def test_a_second_run_on_the_same_data_is_refused(start: Start) -> None:
    """Two on one data folder would harm each other."""
    start().wait_for("login#CODE")
    second = start()
    assert second.process.wait(timeout=20) == 1
    second.wait_for("already running on the data folder")


def test_runs_on_two_data_folders_do_not_meet(start: Start) -> None:
    """Each has its ports and its folder; the commands reach the one whose folder is named."""
    first, second = start("first"), start("second")
    first.wait_for("login#CODE")
    second.wait_for("login#CODE")
    assert first.ask("stop").returncode == 0
    assert pid_of(second, "agent")


def test_a_settings_error_ends_the_whole_with_its_line(start: Start) -> None:
    """A service that cannot use its settings is not tried again: the line that names the fix comes last."""
    run = start(REFUSES_SETTINGS="dashboard")
    assert run.process.wait(timeout=20) == 1
    last = run.said().splitlines()[-1]
    assert last == "binnacle: dashboard cannot use its settings: SOME_SETTING: what it says is wrong; set it right"


@pytest.mark.parametrize("words", [("restart", "nobody"), ("start",), ("dance",), ("stop", "agent", "tracker")])
def test_odd_commands_are_refused(start: Start, words: tuple[str, ...]) -> None:
    """A typing error changes nothing and says what would be right."""
    run = start()
    run.wait_for("login#CODE")
    answer = run.ask(*words)
    assert answer.returncode == 1
    assert answer.stderr.startswith("binnacle: ")
    assert "Traceback" not in answer.stderr
    assert all(pid_of(run, name) for name in SERVICES)
