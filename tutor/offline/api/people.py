"""Who asks: the one user of the cluster, or somebody that user plays (``kubectl --as``).

The user may do everything. Somebody else may do what every authenticated user of a new cluster may:
look at what is served, and ask about themselves.

Source: apiserver pkg/endpoints/filters/impersonation.go; plugin/pkg/auth/authorizer/rbac/
bootstrappolicy/policy.go, system:basic-user, system:discovery, system:public-info-viewer.
"""

from collections.abc import Sequence
from typing import NamedTuple

from tutor.offline.errors import ApiError

MASTERS, AUTHENTICATED = "system:masters", "system:authenticated"
ANONYMOUS, UNAUTHENTICATED = "system:anonymous", "system:unauthenticated"
_ACCOUNT = "system:serviceaccount:"
_PUBLIC = ("healthz", "livez", "readyz", "version")
_TOLD = (*_PUBLIC, "api", "apis", "openapi")
_OWN = {
    "authorization.k8s.io": ("selfsubjectaccessreviews", "selfsubjectrulesreviews"),
    "authentication.k8s.io": ("selfsubjectreviews",),
}


class User(NamedTuple):
    """Somebody.

    Attributes:
        name: ``kubernetes-admin``, ``system:serviceaccount:default:web``.
        groups: Those they are in.
    """

    name: str
    groups: tuple[str, ...]

    @property
    def masters(self) -> bool:
        """Whether they may do everything."""
        return MASTERS in self.groups

    def may_read(self, path: str) -> bool:
        """Whether they may GET a path that is no resource."""
        first = path.strip("/").partition("/")[0]
        known = AUTHENTICATED in self.groups
        return self.masters or first in (_TOLD if known else _PUBLIC)

    def may(self, verb: str, group: str, resource: str) -> bool:
        """Whether they may do something with a resource."""
        own = verb == "create" and resource in _OWN.get(group, ())
        return self.masters or (own and AUTHENTICATED in self.groups)


ADMIN = User("kubernetes-admin", (MASTERS, AUTHENTICATED))
NOBODY = User(ANONYMOUS, (UNAUTHENTICATED,))


def played(names: Sequence[str], groups: Sequence[str]) -> User:
    """Who is meant by the headers Impersonate-User and Impersonate-Group.

    Raises:
        ApiError: 500 for groups of nobody, as the real server says it.
    """
    name = names[0] if names else ""
    if not name:
        if groups:
            message = f"requested [{'; '.join(groups)}] without impersonating a user"
            raise ApiError(500, "", message)
        return ADMIN
    if name == ANONYMOUS:
        return User(name, (UNAUTHENTICATED,))
    held = list(groups)
    if name.startswith(_ACCOUNT) and not groups:
        namespace = name.removeprefix(_ACCOUNT).partition(":")[0]
        held += ["system:serviceaccounts", f"system:serviceaccounts:{namespace}"]
    if AUTHENTICATED not in held and UNAUTHENTICATED not in held:
        held.append(AUTHENTICATED)
    return User(name, tuple(held))


def rules(user: User) -> dict[str, list[dict[str, list[str]]]]:
    """What somebody may do, as SelfSubjectRulesReview lists it."""
    if user.masters:
        return {
            "resourceRules": [{"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}],
            "nonResourceRules": [{"verbs": ["*"], "nonResourceURLs": ["*"]}],
        }
    public = ["/healthz", "/livez", "/readyz", "/version", "/version/"]
    told = ["/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi", "/openapi/*"]
    return {
        "resourceRules": [
            {"verbs": ["create"], "apiGroups": [group], "resources": list(names)}
            for group, names in _OWN.items()
        ],
        "nonResourceRules": [
            {"verbs": ["get"], "nonResourceURLs": public},
            {"verbs": ["get"], "nonResourceURLs": [*told, "/readyz", "/version", "/version/"]},
        ],
    }
