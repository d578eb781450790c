"""Binnacle's tracker: takes errors and interactions, keeps them, groups them into issues and counts them."""

__version__ = "0.1.0"
