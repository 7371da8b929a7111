"""What this installation has made in a cluster, proven by more than a label.

A label says whose an object wants to be; anybody can write it, a backup brings it back, another
installation uses the same. So what was made gets a mark as well: a keyed hash of its uid and name,
under a secret that never leaves this machine. The uid is the server's, new for every object and
never used again: a copied mark, a restored object and one made anew under the old name do not fit.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping

from tutor.model.timeline import Obj

MADE = "sts-tutor.dev/made"
"""The annotation that holds the mark."""


class Maker:
    """Marks what is made, and knows it again.

    Args:
        key: The installation's secret.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def mark(self, obj: Obj) -> str:
        """The mark of an object that the server has; empty without a uid."""
        about = obj.get("metadata")
        uid = about.get("uid") if isinstance(about, Mapping) else None
        name = about.get("name") if isinstance(about, Mapping) else None
        if not isinstance(uid, str) or not uid:
            return ""
        told = f"{name}\n{uid}".encode()
        return hmac.new(self._key, told, hashlib.sha256).hexdigest()

    def made(self, obj: Obj) -> bool:
        """Whether an object carries the mark that fits it."""
        about = obj.get("metadata")
        notes = about.get("annotations") if isinstance(about, Mapping) else None
        found = notes.get(MADE) if isinstance(notes, Mapping) else None
        mark = self.mark(obj)
        if not isinstance(found, str) or not mark:
            return False
        return hmac.compare_digest(found.encode(), mark.encode())


PASSING = Maker(secrets.token_bytes(32))
"""For a cluster that does not outlive this process."""
