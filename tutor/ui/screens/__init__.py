"""Screens: thin views over a session."""
