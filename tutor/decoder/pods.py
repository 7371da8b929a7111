"""What the kubelet and the programs in the containers say."""

from tutor.decoder.message import Message, Speaker, message

_KUBELET = "pkg/kubelet"

KUBELET: tuple[Message, ...] = (
    message(
        "MSG181",
        Speaker.KUBELET,
        r"Failed to pull image \"?[^\" ]{1,400}+\"?|ErrImagePull|ImagePullBackOff"
        r"|Back-off pulling image|InvalidImageName|ErrImageNeverPull",
        'Failed to pull image "example-image": rpc error: code = NotFound',
        f"{_KUBELET}/images",
        "STS410",
    ),
    message(
        "MSG182",
        Speaker.KUBELET,
        r"CrashLoopBackOff|Back-off (?:\S{1,40} )?restarting failed container",
        "Back-off restarting failed container app in pod web-0_default(1234)",
        f"{_KUBELET}/kuberuntime",
    ),
    message(
        "MSG183",
        Speaker.KUBELET,
        r"Readiness probe (?:failed|errored)",
        "Readiness probe failed: HTTP probe failed with statuscode: 503",
        f"{_KUBELET}/prober",
        "STS115",
    ),
    message(
        "MSG184",
        Speaker.KUBELET,
        r"(?:Liveness|Startup) probe (?:failed|errored)"
        r"|failed (?:liveness|startup) probe, will be restarted",
        "Liveness probe failed: dial tcp 10.0.0.7:5432: connect: connection refused",
        f"{_KUBELET}/prober",
    ),
    message(
        "MSG185",
        Speaker.KUBELET,
        r"OOMKilled",
        "Last State: Terminated Reason: OOMKilled Exit Code: 137",
        f"{_KUBELET}/kuberuntime",
    ),
    message(
        "MSG186",
        Speaker.KUBELET,
        r"(?:MountVolume\.SetUp failed for volume \"[^\"]{1,253}\" ?:? ?)?"
        r"(?:references non-existent (?:config|secret) key"
        r"|(?:configmap|secret) \"(?P<name>[^\"]{1,253})\" not found"
        r"|couldn't find key \S{1,253} in (?:ConfigMap|Secret) (?:\S{1,63}/)?"
        r"(?P<name_2>[^ /,.]{1,253}))|CreateContainerConfigError",
        'MountVolume.SetUp failed for volume "config" : configmap "web-config" not found',
        f"{_KUBELET}/configmap",
    ),
    message(
        "MSG187",
        Speaker.KUBELET,
        r"Unable to attach or mount volumes: unmounted volumes=\[(?P<volumes>[^\]]{0,400})\]"
        r"|FailedAttachVolume(?!.{0,80}?Multi-Attach)|AttachVolume\.Attach failed",
        "Unable to attach or mount volumes: unmounted volumes=[data], unattached volumes=[data]: "
        "timed out waiting for the condition",
        f"{_KUBELET}/volumemanager",
    ),
    message(
        "MSG188",
        Speaker.KUBELET,
        r"MountVolume\.\w{1,40}+ failed for volume \"[^\"]{1,253}\""
        r"|wrong fs type, bad option, bad superblock",
        'MountVolume.SetUp failed for volume "pvc-1234" : mount failed: exit status 32 Output: '
        "mount: wrong fs type, bad option, bad superblock on /dev/nvme1n1",
        f"{_KUBELET}/volumemanager",
    ),
)

APPLICATION: tuple[Message, ...] = (
    message(
        "MSG191",
        Speaker.APP,
        r"initdb: (?:error: )?directory \"(?P<directory>[^\"]{1,400})\" exists but is not empty"
        r"|--initialize specified but the data directory has files in it",
        'initdb: error: directory "/var/lib/postgresql/data" exists but is not empty It contains '
        "a lost+found directory, perhaps due to it being a mount point.",
        "PostgreSQL initdb, MySQL",
        "STS321",
    ),
    message(
        "MSG192",
        Speaker.APP,
        r"\b(?:mkdir|chown|chmod|open|touch|create|opening|creating|changing ownership|lstat"
        r"|unlink)\b[^/]{0,60}?(?P<path>/[^\s'\":,]{0,200}+)[^/]{0,40}?"
        r"(?:permission denied|operation not permitted)"
        r"|EACCES: permission denied, \w{1,20} '(?P<path_2>[^']{1,200})'"
        r"|permission denied:? '(?P<path_3>/[^']{1,200})'"
        r"|AccessDeniedException:? \[?(?P<path_4>/[^\s\]]{1,200}+)",
        "mkdir: cannot create directory '/data/db': Permission denied",
        "the operating system",
        "STS322",
    ),
    message(
        "MSG193",
        Speaker.APP,
        r"password authentication failed for user \"?(?P<user>[^\" ]{1,200})\"?"
        r"|Access denied for user '(?P<user_2>[^']{1,200})'",
        'FATAL: password authentication failed for user "postgres"',
        "PostgreSQL, MySQL",
    ),
    message(
        "MSG194",
        Speaker.APP,
        r"lookup (?P<host>[\w.-]{1,253}+)(?: on \S{1,60}+)? ?:? (?:no such host|server misbehaving)"
        r"|(?:could not resolve host(?:name)?|unable to resolve host address|UnknownHostException"
        r"|bad address|server can't find|can't resolve|getaddrinfo (?:ENOTFOUND|EAI_AGAIN)"
        r"|could not translate host name):? ['\"]?(?P<host_2>[\w.-]{1,253}+)"
        r"|(?<![\w.-])(?!failed|address|error)(?P<host_3>[\w.-]{1,253}+): (?:Name or service not"
        r" known|Name does not resolve|Temporary failure in name resolution|Unknown host)"
        r"|no such host|NXDOMAIN|Temporary failure in name resolution|Name or service not known"
        r"|Name does not resolve",
        "dial tcp: lookup web-0.nginx on 10.96.0.10:53: no such host",
        "CoreDNS and resolvers",
        "STS101",
        "STS102",
        "STS104",
    ),
    message(
        "MSG195",
        Speaker.APP,
        r"No space left on device|\bENOSPC\b",
        'PANIC: could not write to file "pg_wal/xlogtemp.31": No space left on device',
        "the operating system",
    ),
)
