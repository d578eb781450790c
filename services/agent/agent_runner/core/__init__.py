"""The agent loop, and the types and ports it needs. It knows no framework, HTTP, SQL or environment."""
