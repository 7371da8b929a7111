"""The controllers, each pure: a view in, a plan out."""
