"""The fields of the server's own Go types, in the order of their declaration.

Where a field's name is more than its JSON name in another case, that follows it.

Source: ``pkg/apis/{core,apps}/types.go``.
"""

DECLARED = {
    "AWSElasticBlockStoreVolumeSource": "VolumeID FSType Partition ReadOnly",
    "AppArmorProfile": "Type LocalhostProfile",
    "AzureDiskVolumeSource": "DiskName DataDiskURI=diskURI CachingMode FSType ReadOnly Kind",
    "AzureFilePersistentVolumeSource": "SecretName ShareName ReadOnly SecretNamespace",
    "AzureFileVolumeSource": "SecretName ShareName ReadOnly",
    "CSIPersistentVolumeSource": (
        "Driver VolumeHandle ReadOnly FSType VolumeAttributes ControllerPublishSecretRef "
        "NodeStageSecretRef NodePublishSecretRef ControllerExpandSecretRef "
        "NodeExpandSecretRef"
    ),
    "CSIVolumeSource": "Driver ReadOnly FSType VolumeAttributes NodePublishSecretRef",
    "Capabilities": "Add Drop",
    "CephFSPersistentVolumeSource": "Monitors Path User SecretFile SecretRef ReadOnly",
    "CephFSVolumeSource": "Monitors Path User SecretFile SecretRef ReadOnly",
    "CinderPersistentVolumeSource": "VolumeID FSType ReadOnly SecretRef",
    "CinderVolumeSource": "VolumeID FSType ReadOnly SecretRef",
    "ClusterTrustBundleProjection": "Name SignerName LabelSelector Optional Path",
    "ConfigMapKeySelector": "Name Key Optional",
    "ConfigMapProjection": "Name Items Optional",
    "ConfigMapVolumeSource": "Name Items DefaultMode Optional",
    "Container": (
        "Name Image Command Args WorkingDir Ports EnvFrom Env Resources ResizePolicy "
        "RestartPolicy RestartPolicyRules VolumeMounts VolumeDevices LivenessProbe "
        "ReadinessProbe StartupProbe Lifecycle TerminationMessagePath "
        "TerminationMessagePolicy ImagePullPolicy SecurityContext Stdin StdinOnce TTY"
    ),
    "ContainerPort": "Name HostPort ContainerPort Protocol HostIP",
    "DeploymentStrategy": "Type RollingUpdate",
    "DownwardAPIProjection": "Items",
    "DownwardAPIVolumeFile": "Path FieldRef ResourceFieldRef Mode",
    "DownwardAPIVolumeSource": "Items DefaultMode",
    "EmptyDirVolumeSource": "Medium SizeLimit",
    "EnvFromSource": "Prefix ConfigMapRef SecretRef",
    "EnvVar": "Name Value ValueFrom",
    "EnvVarSource": "FieldRef ResourceFieldRef ConfigMapKeyRef SecretKeyRef FileKeyRef",
    "EphemeralContainer": (
        "Name Image Command Args WorkingDir Ports EnvFrom Env Resources ResizePolicy "
        "RestartPolicy RestartPolicyRules VolumeMounts VolumeDevices LivenessProbe "
        "ReadinessProbe StartupProbe Lifecycle TerminationMessagePath "
        "TerminationMessagePolicy ImagePullPolicy SecurityContext Stdin StdinOnce TTY "
        "TargetContainerName"
    ),
    "ExecAction": "Command",
    "FCVolumeSource": "TargetWWNs Lun FSType ReadOnly WWIDs",
    "FileKeySelector": "VolumeName Path Key Optional",
    "FlexPersistentVolumeSource": "Driver FSType SecretRef ReadOnly Options",
    "FlexVolumeSource": "Driver FSType SecretRef ReadOnly Options",
    "GCEPersistentDiskVolumeSource": "PDName FSType Partition ReadOnly",
    "GitRepoVolumeSource": "Repository Revision Directory",
    "GlusterfsPersistentVolumeSource": "EndpointsName=endpoints Path ReadOnly EndpointsNamespace",
    "GlusterfsVolumeSource": "EndpointsName=endpoints Path ReadOnly",
    "HTTPGetAction": "Path Port Host Scheme HTTPHeaders",
    "HostAlias": "IP Hostnames",
    "HostPathVolumeSource": "Path Type",
    "ISCSIPersistentVolumeSource": (
        "TargetPortal IQN Lun ISCSIInterface FSType ReadOnly Portals "
        "DiscoveryCHAPAuth=chapAuthDiscovery SessionCHAPAuth=chapAuthSession SecretRef "
        "InitiatorName"
    ),
    "ISCSIVolumeSource": (
        "TargetPortal IQN Lun ISCSIInterface FSType ReadOnly Portals "
        "DiscoveryCHAPAuth=chapAuthDiscovery SessionCHAPAuth=chapAuthSession SecretRef "
        "InitiatorName"
    ),
    "ImageVolumeSource": "Reference PullPolicy",
    "KeyToPath": "Key Path Mode",
    "Lifecycle": "PostStart PreStop StopSignal",
    "LifecycleHandler": "Exec HTTPGet TCPSocket Sleep",
    "LocalVolumeSource": "Path FSType",
    "NFSVolumeSource": "Server Path ReadOnly",
    "NodeAffinity": (
        "RequiredDuringSchedulingIgnoredDuringExecution "
        "PreferredDuringSchedulingIgnoredDuringExecution"
    ),
    "NodeSelectorRequirement": "Key Operator Values",
    "NodeSelectorTerm": "MatchExpressions MatchFields",
    "ObjectFieldSelector": "APIVersion FieldPath",
    "ObjectReference": "Kind Namespace Name UID APIVersion ResourceVersion FieldPath",
    "PersistentVolumeClaimSpec": (
        "AccessModes Selector Resources VolumeName StorageClassName VolumeMode DataSource "
        "DataSourceRef VolumeAttributesClassName"
    ),
    "PersistentVolumeClaimVolumeSource": "ClaimName ReadOnly",
    "PersistentVolumeSource": (
        "GCEPersistentDisk AWSElasticBlockStore HostPath Glusterfs NFS RBD Quobyte ISCSI "
        "FlexVolume Cinder CephFS FC Flocker AzureFile VsphereVolume AzureDisk "
        "PhotonPersistentDisk PortworxVolume ScaleIO Local StorageOS CSI"
    ),
    "PersistentVolumeSpec": (
        "Capacity GCEPersistentDisk AWSElasticBlockStore HostPath Glusterfs NFS RBD Quobyte "
        "ISCSI FlexVolume Cinder CephFS FC Flocker AzureFile VsphereVolume AzureDisk "
        "PhotonPersistentDisk PortworxVolume ScaleIO Local StorageOS CSI AccessModes ClaimRef "
        "PersistentVolumeReclaimPolicy StorageClassName MountOptions VolumeMode NodeAffinity "
        "VolumeAttributesClassName"
    ),
    "PhotonPersistentDiskVolumeSource": "PdID FSType",
    "PodAffinity": (
        "RequiredDuringSchedulingIgnoredDuringExecution "
        "PreferredDuringSchedulingIgnoredDuringExecution"
    ),
    "PodAffinityTerm": (
        "LabelSelector Namespaces TopologyKey NamespaceSelector MatchLabelKeys MismatchLabelKeys"
    ),
    "PodAntiAffinity": (
        "RequiredDuringSchedulingIgnoredDuringExecution "
        "PreferredDuringSchedulingIgnoredDuringExecution"
    ),
    "PodCertificateProjection": (
        "SignerName KeyType MaxExpirationSeconds CredentialBundlePath KeyPath "
        "CertificateChainPath UserAnnotations"
    ),
    "PodDNSConfig": "Nameservers Searches Options",
    "PodSecurityContext": (
        "SELinuxOptions WindowsOptions RunAsUser RunAsGroup RunAsNonRoot SupplementalGroups "
        "SupplementalGroupsPolicy FSGroup FSGroupChangePolicy Sysctls SeccompProfile "
        "AppArmorProfile SELinuxChangePolicy"
    ),
    "PodSpec": (
        "Volumes InitContainers Containers EphemeralContainers RestartPolicy "
        "TerminationGracePeriodSeconds ActiveDeadlineSeconds DNSPolicy NodeSelector "
        "ServiceAccountName AutomountServiceAccountToken NodeName SecurityContext "
        "ImagePullSecrets Hostname Subdomain SetHostnameAsFQDN Affinity SchedulerName "
        "Tolerations HostAliases PriorityClassName Priority PreemptionPolicy DNSConfig "
        "ReadinessGates RuntimeClassName Overhead EnableServiceLinks "
        "TopologySpreadConstraints OS SchedulingGates ResourceClaims Resources "
        "HostnameOverride SchedulingGroup"
    ),
    "PortworxVolumeSource": "VolumeID FSType ReadOnly",
    "PreferredSchedulingTerm": "Weight Preference",
    "Probe": (
        "Exec HTTPGet TCPSocket GRPC InitialDelaySeconds TimeoutSeconds PeriodSeconds "
        "SuccessThreshold FailureThreshold TerminationGracePeriodSeconds"
    ),
    "ProjectedVolumeSource": "Sources DefaultMode",
    "QuobyteVolumeSource": "Registry Volume ReadOnly User Group Tenant",
    "RBDPersistentVolumeSource": (
        "CephMonitors=monitors RBDImage=image FSType RBDPool=pool RadosUser=user Keyring "
        "SecretRef ReadOnly"
    ),
    "RBDVolumeSource": (
        "CephMonitors=monitors RBDImage=image FSType RBDPool=pool RadosUser=user Keyring "
        "SecretRef ReadOnly"
    ),
    "ResourceFieldSelector": "ContainerName Resource Divisor",
    "ResourceRequirements": "Limits Requests Claims",
    "RollingUpdateDeployment": "MaxUnavailable MaxSurge",
    "SELinuxOptions": "User Role Type Level",
    "ScaleIOPersistentVolumeSource": (
        "Gateway System SecretRef SSLEnabled ProtectionDomain StoragePool StorageMode "
        "VolumeName FSType ReadOnly"
    ),
    "ScaleIOVolumeSource": (
        "Gateway System SecretRef SSLEnabled ProtectionDomain StoragePool StorageMode "
        "VolumeName FSType ReadOnly"
    ),
    "SeccompProfile": "Type LocalhostProfile",
    "SecretKeySelector": "Name Key Optional",
    "SecretProjection": "Name Items Optional",
    "SecretVolumeSource": "SecretName Items DefaultMode Optional",
    "SecurityContext": (
        "Capabilities Privileged SELinuxOptions WindowsOptions RunAsUser RunAsGroup "
        "RunAsNonRoot ReadOnlyRootFilesystem AllowPrivilegeEscalation ProcMount "
        "SeccompProfile AppArmorProfile"
    ),
    "ServiceAccountTokenProjection": "Audience ExpirationSeconds Path",
    "StorageOSPersistentVolumeSource": "VolumeName VolumeNamespace FSType ReadOnly SecretRef",
    "StorageOSVolumeSource": "VolumeName VolumeNamespace FSType ReadOnly SecretRef",
    "TCPSocketAction": "Port Host",
    "Toleration": "Key Operator Value Effect TolerationSeconds",
    "TopologySpreadConstraint": (
        "MaxSkew TopologyKey WhenUnsatisfiable LabelSelector MinDomains NodeAffinityPolicy "
        "NodeTaintsPolicy MatchLabelKeys"
    ),
    "TypedLocalObjectReference": "APIGroup Kind Name",
    "TypedObjectReference": "APIGroup Kind Name Namespace",
    "Volume": (
        "Name HostPath EmptyDir GCEPersistentDisk AWSElasticBlockStore GitRepo Secret NFS "
        "ISCSI Glusterfs PersistentVolumeClaim RBD Quobyte FlexVolume Cinder CephFS Flocker "
        "DownwardAPI FC AzureFile ConfigMap VsphereVolume AzureDisk PhotonPersistentDisk "
        "Projected PortworxVolume ScaleIO StorageOS CSI Ephemeral Image"
    ),
    "VolumeDevice": "Name DevicePath",
    "VolumeMount": "Name ReadOnly RecursiveReadOnly MountPath SubPath MountPropagation SubPathExpr",
    "VolumeProjection": (
        "Secret DownwardAPI ConfigMap ServiceAccountToken ClusterTrustBundle PodCertificate"
    ),
    "VolumeResourceRequirements": "Limits Requests",
    "VsphereVirtualDiskVolumeSource": "VolumePath FSType StoragePolicyName StoragePolicyID",
    "WeightedPodAffinityTerm": "Weight PodAffinityTerm",
    "WindowsSecurityContextOptions": (
        "GMSACredentialSpecName GMSACredentialSpec RunAsUserName HostProcess"
    ),
}
