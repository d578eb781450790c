"""What of the agent's and the tracker's APIs the browser may use, and how it is passed through."""
