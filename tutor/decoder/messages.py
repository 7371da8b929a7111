"""The messages of the API server, the controllers, the scheduler, the kubelet and kubectl.

Texts differ by version, so a pattern holds the part that stays: a prefix, a field, a few words.
Where a text is known from one version only, ``since`` and ``until`` say so. Patterns are bounded:
what repeats is possessive or counted, and begins at the edge of a word.
"""

from tutor.decoder.api import CLAIMS, STATEFULSET
from tutor.decoder.api_any import ANY
from tutor.decoder.cluster import CONTROLLER, NODES, SCHEDULER, VOLUMES
from tutor.decoder.message import Message, Speaker
from tutor.decoder.pods import APPLICATION, KUBELET
from tutor.decoder.tools import KUBECTL, OFFLINE

__all__ = ["MESSAGES", "Message", "Speaker"]

# The more particular stands before the more general: the first that fits a place speaks.
MESSAGES: tuple[Message, ...] = tuple(
    sorted(
        (
            *(*CONTROLLER, *VOLUMES, *NODES, *SCHEDULER),
            *(*STATEFULSET, *CLAIMS, *ANY, *KUBECTL, *OFFLINE),
            *(*KUBELET, *APPLICATION),
        ),
        key=lambda message: message.general,
    )
)
