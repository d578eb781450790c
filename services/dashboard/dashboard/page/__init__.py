"""The built page: its shell and assets, and the headers that guard it."""
