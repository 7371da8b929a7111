"""Who owns which field, and server-side apply."""
