"""The tools that come with the agent, what they may touch, and who may call them."""
