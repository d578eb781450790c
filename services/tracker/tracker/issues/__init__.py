"""What errors add up to: their state, their regressions, and how they are kept and announced."""
