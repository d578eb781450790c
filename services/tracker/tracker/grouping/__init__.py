"""Which events are the same error: pure functions from an error to its fingerprint."""
