"""A workshop without a server: what the progress files of a room say."""
