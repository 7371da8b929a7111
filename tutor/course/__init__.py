"""Lesson files → Course: loading, pairing of ja and en, grading of what a learner writes."""
