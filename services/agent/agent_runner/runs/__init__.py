"""Runs: started, queued, journalled, shown live, asked about, cancelled, and accounted for at the end."""
