"""The models that can be asked: those of providers with an OpenAI-compatible API, and the built-in one."""
