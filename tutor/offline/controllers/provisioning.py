"""Making a volume for a claim: which plugin does it, and what it says when it cannot.

``kubernetes.io/host-path`` makes volumes here; every other provisioner is waited for.

Source: pkg/controller/volume/persistentvolume/pv_controller.go (findProvisionablePlugin,
provisionClaimOperation, provisionClaimOperationExternal), pkg/volume/hostpath/host_path.go and
the names of csi-translation-lib, v1.36.
"""

from typing import Any

from tutor.offline.controllers.storage import (
    BETA_PROVISIONER,
    BOUND_BY_CONTROLLER,
    CLAIMS,
    PROVISIONED_BY,
    PROVISIONER,
    SELECTED_NODE,
    annotated,
    annotations_of,
    claim_reference,
    requested,
)
from tutor.offline.objects import Obj, dig, name_of, uid_of
from tutor.offline.plan import Action, Record, Update

HOST_PATH = "kubernetes.io/host-path"
MIGRATED = {
    "kubernetes.io/aws-ebs": "ebs.csi.aws.com",
    "kubernetes.io/azure-disk": "disk.csi.azure.com",
    "kubernetes.io/azure-file": "file.csi.azure.com",
    "kubernetes.io/cinder": "cinder.csi.openstack.org",
    "kubernetes.io/gce-pd": "pd.csi.storage.gke.io",
    "kubernetes.io/portworx-volume": "pxd.portworx.com",
    "kubernetes.io/vsphere-volume": "csi.vsphere.vmware.com",
}
"""Plugins that were in Kubernetes once, and the drivers that took over from them."""

_CREATED_BY = "kubernetes.io/createdby"


def driver_of(found: Obj) -> str:
    """The provisioner of a class under its name of today."""
    name = str(found.get("provisioner", ""))
    return MIGRATED.get(name, name)


def refusal(claim: Obj, found: Obj) -> str:
    """Why no volume of a class can be made for a claim; empty where nothing is against it."""
    provisioner, name = driver_of(found), name_of(found)
    if provisioner != HOST_PATH:
        if provisioner.startswith("kubernetes.io/"):
            return f"no volume plugin matched name: {provisioner}"
        return ""
    if dig(claim, "spec", "dataSource") is not None:
        return (
            f'plugin "{provisioner}" is not a CSI plugin. Only CSI plugin can provision a claim '
            "with a datasource"
        )
    if options := found.get("mountOptions"):
        return (
            f'Mount options are not supported by the provisioner but StorageClass "{name}" has '
            f"mount options [{' '.join(options)}]"
        )
    if dig(claim, "spec", "volumeMode") == "Block":
        return (
            f'Failed to provision volume with StorageClass "{name}": {provisioner} does not '
            "support block volume provisioning"
        )
    return ""


def announced(claim: Obj, found: Obj) -> Action | None:
    """The claim with the name of who makes its volume; None where it has it."""
    provisioner = driver_of(found)
    if annotations_of(claim).get(PROVISIONER) == provisioner:
        return None
    return Update(
        CLAIMS, annotated(claim, {BETA_PROVISIONER: provisioner, PROVISIONER: provisioner})
    )


def awaited(claim: Obj, found: Obj) -> Record:
    """What is told of a claim whose volume somebody else makes."""
    text = (
        "Waiting for a volume to be created either by the external provisioner "
        f"'{driver_of(found)}' or manually by the system administrator. If volume creation is "
        "delayed, please verify that the provisioner is running and correctly registered."
    )
    return Record(claim, "Normal", "ExternalProvisioning", text)


def host_path_volume(claim: Obj, found: Obj) -> Obj:
    """The volume the host-path plugin makes for a claim."""
    spec: dict[str, Any] = {
        "capacity": {"storage": requested(claim)},
        "hostPath": {"path": f"/tmp/hostpath_pv/{uid_of(claim)}", "type": ""},  # noqa: S108
        "accessModes": list(dig(claim, "spec", "accessModes", default=())),
        "claimRef": claim_reference(claim),
        "persistentVolumeReclaimPolicy": found.get("reclaimPolicy", "Delete"),
        "storageClassName": name_of(found),
        "volumeMode": dig(claim, "spec", "volumeMode", default="Filesystem"),
    }
    metadata: dict[str, Any] = {
        "name": f"pvc-{uid_of(claim)}",
        "annotations": {
            _CREATED_BY: "hostpath-dynamic-provisioner",
            BOUND_BY_CONTROLLER: "yes",
            PROVISIONED_BY: HOST_PATH,
        },
    }
    policy = spec["persistentVolumeReclaimPolicy"]
    if policy == "Delete" and SELECTED_NODE not in annotations_of(claim):
        metadata["finalizers"] = ["kubernetes.io/pv-controller"]  # others are only protected
    return {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": metadata, "spec": spec}
