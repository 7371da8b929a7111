"""The offline cluster: a Kubernetes v1.36.2 control plane for StatefulSets, in this process.

Everything but ``tutor.offline.api`` is pure: no sockets, no threads, no clock of its own, no
randomness but a seed. The same seed and the same requests give the same history.
"""
