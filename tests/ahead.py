"""
What every worker of a run would do first, done before it: the tests compiled, the demo loaded.

`python -m tests.ahead FOLDER` is begun by bootstrap.py while the checks that use one core go on.
Nothing depends on it: what is not there when the tests begin, they make themselves.
"""

import sys
from pathlib import Path

import pytest

from tests.demo import loaded_in

if __name__ == "__main__":
    pytest.main(["--collect-only", "-q", "-p", "no:cacheprovider"])
    loaded_in(Path(sys.argv[1]))
