"""The HTTP side: typed input, one call, an answer."""
