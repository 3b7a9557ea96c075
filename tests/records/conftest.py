"""A record, items, and what lies in a folder."""

import pytest
from leaderboard.factory import make_record, make_run

ITEMS = {"correct": [1, 0, 1], "label": ["good", "bäd", "a\nb"], "loss": [0.1, 2.5, 1e-300]}


@pytest.fixture
def record():
    return make_record(make_run("sentiment/reviews", "lstm"), 80.0)


def everything(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
