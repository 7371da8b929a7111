"""The three patches that do not apply: JSON patch, JSON merge patch, strategic merge patch."""
