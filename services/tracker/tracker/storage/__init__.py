"""The schema, its migrations, and how both databases are spoken to."""
