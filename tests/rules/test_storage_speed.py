import time

from tests.rules.volumes import codes


def wrong_set(size: int) -> str:
    """A set in which nothing fits: as many labels, claims and mounts as asked for."""
    labels = ", ".join(f"label{i}: a" for i in range(size))
    wanted = ", ".join(f"labels{i}: a" for i in range(size))
    mounts = ", ".join(f"{{name: volume{i}x, mountPath: /a}}" for i in range(size))
    claims = "\n".join(f"  - metadata: {{name: volume{i}}}" for i in range(size))
    return f"""\
apiVersion: apps/v1
kind: StatefulSet
metadata: {{name: web}}
spec:
  selector: {{matchLabels: {{{wanted}}}}}
  template:
    metadata: {{labels: {{{labels}}}}}
    spec:
      containers: [{{name: a, image: b, volumeMounts: [{mounts}]}}]
  volumeClaimTemplates:
{claims}
"""


def seconds(size: int) -> float:
    text = wrong_set(size)
    start = time.process_time()
    assert codes(text)
    return time.process_time() - start


def test_time_grows_with_the_size_of_the_input_and_no_faster() -> None:
    seconds(100)
    small, large = min(seconds(500) for _ in range(3)), min(seconds(4000) for _ in range(3))
    assert large < 20 * small + 0.2
