"""What every service's HTTP side shares: problems, middleware, pages, streams, health, the server itself."""
