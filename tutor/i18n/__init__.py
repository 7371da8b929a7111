"""The reader's language: choosing it, its words, and how its lines break."""
