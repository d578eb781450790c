"""The dashboard: the page, and the backend for the browser behind it."""

from importlib.metadata import version

VERSION = version("binnacle-dashboard")
