"""`python -m agent_runner` runs the service."""

from kit.service import run_service

from agent_runner.app import create_app
from agent_runner.config import Settings

if __name__ == "__main__":
    run_service("agent", Settings.load, lambda settings: ("AGENT_PORT", settings.port), create_app)
