"""The agent's HTTP API, one router a noun."""
