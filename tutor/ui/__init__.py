"""What a learner sees: a terminal application, and the same lessons line by line."""
