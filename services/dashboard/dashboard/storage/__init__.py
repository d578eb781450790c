"""The dashboard's own small SQLite file: sessions, login codes, preferences."""
