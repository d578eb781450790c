"""One subscription to each service, fanned out to every page."""
