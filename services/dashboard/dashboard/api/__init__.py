"""The dashboard's own HTTP API, one router a noun."""
