"""What the kubelet and the programs in the containers say."""

from tutor.decoder.message import Message, Speaker, message

_KUBELET = "pkg/kubelet"

KUBELET: tuple[Message, ...] = (
    message(
        "MSG181",
        Speaker.KUBELET,
        r"Failed to pull image \"?[^\" ]{1,400}+\"?|ErrImagePull|ImagePullBackOff"
        r"|Back-off pulling image|InvalidImageName|ErrImageNeverPull"
        r"|toomanyrequests|reached your (?:unauthenticated |authenticated )?pull rate limit"
        r"|pull QPS exceeded|pull access denied for|manifest unknown"
        r"|manifest for \S{1,253} not found|RegistryUnavailable|SignatureValidationFailed",
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
        # Before 1.18.
        r"|Unable to mount volumes for pod .{0,700}?list of (?:unattached/)?unmounted "
        r"volumes=\[(?P<volumes_2>[^\]]{0,400})\]"
        r"|timeout expired waiting for volumes to (?:attach/mount|attach or mount)"
        r"|FailedAttachVolume(?!.{0,80}?Multi-Attach)|AttachVolume\.Attach failed",
        "Unable to attach or mount volumes: unmounted volumes=[data], unattached volumes=[data]: "
        "timed out waiting for the condition",
        f"{_KUBELET}/volumemanager",
    ),
    message(
        "MSG189",
        Speaker.KUBELET,
        r"MountVolume\.\w{1,40}+ (?:initialization )?failed for volume \"(?P<volume>[^\"]{1,253})\""
        r' ?: (?:local volume: )?path "?(?P<path>/[^"\s]{1,400})"? (?:does not exist|is not a '
        r"directory)"
        r"|hostPath type check failed: (?P<path_2>/\S{1,400}) is not an? \w{1,20}(?: \w{1,20})?",
        'MountVolume.NewMounter initialization failed for volume "local-pv" : path '
        '"/mnt/disks/ssd1" does not exist',
        "pkg/volume/local/local.go, pkg/volume/hostpath",
    ),
    message(
        "MSG190",
        Speaker.KUBELET,
        r"(?:FailedP(?:reStop|ostStart)Hook \w{1,20} )?lifecycle hook \(.{0,700}?\) for Container "
        r'"(?P<container>[^"]{1,253})" in Pod "(?P<pod>[^"\s]{1,253})" failed'
        r"|FailedPreStopHook|FailedPostStartHook|P(?:reStop|ostStart)Hook failed",
        "FailedPreStopHook Exec lifecycle hook ([/bin/sh -c nodetool drain]) for Container "
        '"cassandra" in Pod "cassandra-0" failed - error: command \'/bin/sh -c nodetool drain\' '
        "exited with 137",
        f"{_KUBELET}/lifecycle",
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
        "MSG196",
        Speaker.APP,
        r"database files are incompatible with server"
        r"|data directory was initialized by PostgreSQL version (?P<found>[\d.]{1,12})"
        r"|Invalid MySQL server (?:up|down)grade: Cannot (?:up|down)grade from (?P<found_2>\d{1,8})"
        r"|UPGRADE PROBLEM: Found an invalid featureCompatibilityVersion"
        r"|Invalid featureCompatibilityVersion document|Wrong mongod version"
        r"|version of MongoDB is too recent to start up on the existing data files"
        r"|Can't handle RDB format version (?P<found_3>\d{1,6})"
        r"|cannot (?:up|down)grade a node from version \[(?P<found_4>[\d.]{1,20})\]"
        r"|This installation of MySQL is not compatible with the data directory"
        r"|Unsupported redo log format|requires a? ?new(?:er)? (?:data|file) format version",
        "FATAL: database files are incompatible with server DETAIL: The data directory was "
        "initialized by PostgreSQL version 13, which is not compatible with this version 15.4.",
        "PostgreSQL, MySQL, MongoDB, Redis, Elasticsearch",
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
