"""The raw events: listed as they were kept, and deleted."""
