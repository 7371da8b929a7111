from functools import partial

from tests.rules.volumes import codes
from tests.work import growth, steps


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


def work(size: int) -> int:
    text = wrong_set(size)
    assert codes(text)
    return steps(partial(codes, text))


def test_work_grows_with_the_size_of_the_input_and_no_faster() -> None:
    assert growth(work, 150) < 1.2
