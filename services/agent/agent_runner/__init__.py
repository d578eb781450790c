"""The agent: the loop, its tools and models, over HTTP."""

from importlib.metadata import version

VERSION = version("binnacle-agent")
