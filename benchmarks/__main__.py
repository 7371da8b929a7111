"""All benchmarks: ``python -m benchmarks``. Prints the table that ``docs/benchmarks.md`` holds."""

from itertools import chain

from benchmarks import (
    bench_check,
    bench_cluster,
    bench_control_plane,
    bench_growth,
    bench_loop,
    bench_reader,
    bench_ui,
)
from benchmarks.measure import compiled, table

if __name__ == "__main__":
    compiled()
    raise SystemExit(
        table(
            chain(
                bench_check.rows(),
                bench_reader.rows(),
                bench_growth.rows(),
                bench_ui.rows(),
                bench_cluster.rows(),
                bench_loop.rows(),
                bench_control_plane.rows(),
            )
        )
    )
