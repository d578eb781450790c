"""Numbers over time: rollups kept as events arrive, and what is told from them."""
