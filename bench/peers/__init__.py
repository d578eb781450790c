"""What the services are measured against: the least that could do the same work."""
