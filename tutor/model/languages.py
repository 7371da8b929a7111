"""The languages of the tutor. A module of its own: every command needs it, few need a course."""

LANGUAGES = ("ja", "en")
"""Languages every lesson, message and page exists in."""
