"""The agent of Binnacle: the loop, its tools and models, over HTTP."""
