"""What ``docs/data.md`` says of the embedded datasets is so."""

import dataclasses
import re
from pathlib import Path

import pytest

from rnnbench import Split
from rnnbench_tasks.embedded import EMBEDDED, GeneratedSeries

PAGE = (Path(__file__).parents[2] / "docs" / "data.md").read_text(encoding="utf-8")
every = pytest.mark.parametrize("kind", EMBEDDED, ids=lambda kind: kind.name)


def chart(values):
    """A line of blocks from the lowest to the highest value."""
    low, high = min(values), max(values)
    return "".join("▁▂▃▄▅▆▇█"[min(7, int(8 * (value - low) / (high - low)))] for value in values)


@every
def test_the_examples_are_training_rows(kind):
    (block,) = re.findall(rf"^```{kind.name}\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
    lines, rows = block.splitlines(), kind().load(Split.TRAIN, None)
    if not issubclass(kind, GeneratedSeries):
        assert {" | ".join(row) for row in rows} >= set(lines)
        return
    start = rows[: len(lines[0].split()[1])]
    channels = zip(kind.channels, zip(*(row.values for row in start), strict=True), strict=True)
    assert lines == [f"{channel} {chart(values)}" for channel, values in channels]


@every
def test_the_table_gives_sizes_words_and_vocabulary(kind):
    (row,) = re.findall(rf"^\| `{kind.name}` \|(.*)\|$", PAGE, flags=re.MULTILINE)
    what, sizes, length, vocabulary, _ = (cell.strip() for cell in row.split("|"))
    dataset = kind()
    assert sizes == ", ".join(f"{dataset.size(split):,}" for split in Split)
    if issubclass(kind, GeneratedSeries):
        assert what.startswith(str(len(kind.channels)))
        return
    words = [row[0].split() for row in dataset.load(Split.TRAIN, None)]
    assert float(length) == round(sum(map(len, words)) / len(words), 1)
    assert int(vocabulary) == len({word for sentence in words for word in sentence})


@every
def test_each_dial_is_described(kind):
    section = PAGE.split(f"## {kind.name}\n")[1].split("\n## ")[0]
    common = {"train_rows", "validation_rows", "test_rows", "pilot"}
    dials = {field.name for field in dataclasses.fields(kind)} - common
    assert dials == {dial for dial in dials if f"`{dial}`" in section} != set()
