"""OpenAI's format: any client that speaks it can use the agent, or a model behind it."""
