"""The table of published numbers is what the records say."""

from __future__ import annotations

import importlib.util
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_table_of_published_numbers_is_made_from_the_records() -> None:
    spec = importlib.util.spec_from_file_location("update_anchors", ROOT / "docs" / "update_anchors.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    page = (module.ANCHORS / "README.md").read_text(encoding="utf-8")
    assert page == module.page(), "run: python docs/update_anchors.py"
    assert "not reached" not in page
