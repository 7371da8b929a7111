"""What goes wrong with a patch before there is an object to judge."""


class PatchError(ValueError):
    """A patch refused.

    Attributes:
        code: HTTP status of the answer: 400 for a malformed patch, 422 for one that cannot be
            applied (its reason is not told), 500 for a list item without its merge key.
    """

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
