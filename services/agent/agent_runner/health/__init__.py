"""How the agent's parts fare."""
