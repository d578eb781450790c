"""From the bytes of a request to events on disk: decode, parse, check, scrub, filter, write."""
