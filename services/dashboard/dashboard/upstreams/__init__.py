"""The agent and the tracker as seen from here: a client for each, its breaker, its state."""
