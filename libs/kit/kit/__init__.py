"""What is identical in all three services: settings, logging, problems, health, database, streams, reporting.

No domain noun lives here, and nothing here imports a service.
"""
