"""`python -m tracker`: run the tracker in the foreground."""

from kit.service import run_service

from tracker.app import create_app
from tracker.config import TrackerSettings

if __name__ == "__main__":
    run_service("tracker", TrackerSettings.load, lambda settings: ("TRACKER_PORT", settings.port), create_app)
