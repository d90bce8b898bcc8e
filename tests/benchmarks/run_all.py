"""Every benchmark of this folder in turn: what `make bench` runs; arguments name the books."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main() -> int:
    """Each in a process of its own, so that none inherits another's memory."""
    failed = 0
    for path in sorted(HERE.glob("bench_*.py")):
        words = [sys.executable, "-m", f"tests.benchmarks.{path.stem}", *sys.argv[1:]]
        failed += subprocess.run(words, cwd=HERE.parents[1], check=False).returncode != 0
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
