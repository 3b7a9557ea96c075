"""The exact numbers of a few training steps of every built-in model on every built-in task that it can run.

``python -m tests.pipeline.make_bits`` prints them as JSON, ``--write`` puts them into ``bits.json`` for this type of
processor and these builds of torch and NumPy. Run it in the root of a checkout. Expected values that were made for
another value of :data:`rnnbench.base.numerics.BITS` are dropped: make them anew on each machine that had some.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from pydantic_core import to_jsonable_python

from rnnbench.base.numerics import BITS
from rnnbench.base.streams import generator
from rnnbench.contract.batches import Columns
from rnnbench.discovery import discover
from rnnbench.execute.job import make_job
from rnnbench.execute.provenance import provenance
from rnnbench.execute.run import run
from rnnbench.plan import Assignment, draft
from rnnbench.prepare import prepare
from rnnbench.records.schema import Kind, Record
from rnnbench.suite import read_suite
from rnnbench.train.checkpoint_files import Checkpoints, Stopped
from rnnbench.train.device import set_up

EXPECTED = Path(__file__).with_name("bits.json")
STOP_AT = 3
"""The step after which weights and the optimiser's state are looked at: of four."""

SUITE = """\
suite: bits
seeds: 1
tune: none
budget: {steps: 4}
recipe: {embedding: 12, batch: 8, evaluation_batch: 16, evaluations: 4, learning_rate: 0.01, dropout: 0.1}
models: [MODELS]
tasks:
  - task: language-modelling
    dataset: {name: grammar-text, fields: {train_rows: 60, validation_rows: 12, test_rows: 12}}
    label: language-modelling
    fields: {bptt: 8}
  - task: sentiment
    dataset: {name: reviews, fields: {train_rows: 60, validation_rows: 12, test_rows: 12}}
    label: sentiment
    recipe: {label_smoothing: 0.1}
  - task: translation
    dataset: {name: synchronous-grammar, fields: {train_rows: 60, validation_rows: 12, test_rows: 12}}
    label: translation
    fields: {beam: 2}
    recipe: {teacher_forcing_final: 0.5}
  - task: forecasting
    dataset: {name: state-space, fields: {train_rows: 120, validation_rows: 48, test_rows: 40}}
    label: forecasting
    fields: {lookback: 16, horizon: 4}
    recipe: {optimizer: sgd, momentum: 0.9}
  - {task: tagging, dataset: ud-english-ewt, label: tagging}
  - {task: polyphonic-music, dataset: jsb-chorales, label: polyphonic-music}
  - task: adding
    dataset: {name: marked-numbers, fields: {train_rows: 60, validation_rows: 12, test_rows: 12, length: 12}}
    label: adding
  - task: copy-memory
    dataset: {name: delayed-symbols, fields: {train_rows: 60, validation_rows: 12, test_rows: 12, delay: 6, count: 3}}
    label: copy-memory
  - task: associative-recall
    dataset: {name: key-value-pairs, fields: {train_rows: 60, validation_rows: 12, test_rows: 12, pairs: 3}}
    label: associative-recall
"""
MODELS = (
    "elman",
    "jordan",
    "lstm",
    "gru",
    "bidirectional",
    "attention-seq2seq",
    "transformer",
    "min-gru",
    "ind-rnn",
    "s4d",
    "tcn",
    "convolutional-lstm",
    "alternating",
)


def machine() -> dict[str, str]:
    """What decides the last bits of a sum: the type of processor, and the builds of torch and NumPy."""
    found = provenance("cpu")
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    known = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    numbers = (f"{name} {known[name]}" for name in ("cpu family", "model", "stepping") if name in known)
    return {
        "processor": ", ".join((found["cpu"], *numbers)),
        "capability": found["cpu_capability"],
        "torch": torch.__version__,
        "numpy": found["libraries"]["numpy"],
    }


def made_numbers() -> dict[str, dict[str, str]]:
    """By task and model: the losses of four steps, and hashes of the weights, of the test items and of the scores."""
    set_up(torch.device("cpu"))
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        _write_rows(folder / "data")
        suite_file = folder / "bits.yaml"
        models = ", ".join(f"{{model: {name}, fields: {{width: 16}}}}" for name in MODELS)
        suite_file.write_text(SUITE.replace("MODELS", models), encoding="utf-8")
        suite = read_suite(suite_file, discover())
        prepared = {
            task.label: prepare(task.task, task.dataset, folder / "data", folder / "cache") for task in suite.tasks
        }
        made = draft(suite, prepared, discover(), "cpu")
        return {f"{one.run.task} {one.run.model}": _numbers(one, folder) for one in made.assignments.values()}


def _numbers(assignment: Assignment, folder: Path) -> dict[str, str]:
    job, registry, numbers = make_job(assignment, folder, "cpu", 1e9), discover(), {}
    if assignment.run.kind is Kind.TRAIN:
        steps = itertools.count(1)
        try:
            run(job, registry, lambda *_: None, lambda: next(steps) == STOP_AT)
        except Stopped:
            checkpoint = Checkpoints(folder, assignment.run.id).latest
            assert checkpoint is not None
            numbers["weights"] = _hash_of_tensors(checkpoint.tensors)
    finished = run(job, registry, lambda *_: None, lambda: False)
    record, items = finished.record, finished.items
    assert record.status == "done", f"{record.task} {record.model}: {record.reason}"
    if record.history:
        numbers["train_loss"] = _hexadecimal([point.train_loss for point in record.history])
        numbers["validation_loss"] = _hexadecimal([point.validation_loss for point in record.history])
    return numbers | _scored(record, items)


def _scored(record: Record, items: Columns | None) -> dict[str, str]:
    of_items = {} if items is None else {"items": _hash_of_json(items)}
    scores = record.model_dump(mode="json", include={"metrics", "test_error", "state_bytes"})
    return {**of_items, "scores": _hash_of_json(scores)}


def _hexadecimal(values: Sequence[float]) -> str:
    return " ".join(value.hex() for value in values)


def _hash_of_json(value: Any) -> str:
    text = json.dumps(to_jsonable_python(value), sort_keys=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _hash_of_tensors(tensors: dict[str, torch.Tensor]) -> str:
    """Of the weights now, of those that were best on validation, and of the optimiser's state, by their names."""
    found = hashlib.sha256()
    for name in sorted(tensors):
        found.update(f"{name} {tensors[name].dtype} {tuple(tensors[name].shape)}\n".encode())
        found.update(tensors[name].contiguous().numpy().tobytes())
    return found.hexdigest()[:16]


def _write_rows(data: Path) -> None:
    """Tagged sentences and pieces of music in the form of the public files, drawn here: the data may not be there."""
    draw = generator("bits")
    tagged = data / "ud-english-ewt"
    tagged.mkdir(parents=True)
    for split, count in (("train", 60), ("dev", 12), ("test", 12)):
        sentences = "".join(_sentence(draw) for _ in range(count))
        (tagged / f"en_ewt-ud-{split}.conllu").write_text(sentences, encoding="utf-8")
    pieces = {
        split: [_piece(draw) for _ in range(count)] for split, count in (("train", 24), ("valid", 12), ("test", 12))
    }
    (data / "jsb-chorales").mkdir()
    (data / "jsb-chorales" / "JSB_Chorales.json").write_text(json.dumps(pieces), encoding="utf-8")


def _sentence(draw: Any) -> str:
    words = draw.integers(30, size=draw.integers(3, 9)).tolist()
    tags = ("NOUN", "VERB", "DET", "ADJ", "ADV")
    lines = (f"{place}\tw{word}\t_\t{tags[word % 5]}\t_\t_\t_\t_\t_\t_" for place, word in enumerate(words, start=1))
    return "\n".join(lines) + "\n\n"


def _piece(draw: Any) -> list[list[int]]:
    frames = draw.integers(30, 60, size=(draw.integers(5, 12), 3))
    return [sorted({int(key) for key in frame}) for frame in frames]


def entries(expected: dict[str, Any]) -> Iterator[tuple[dict[str, str], dict[str, dict[str, str]]]]:
    """(machine, numbers that were made there) of the stored file's content."""
    for entry in expected["made"]:
        yield entry["on"], entry["runs"]


def _write(numbers: dict[str, dict[str, str]]) -> None:
    stored = json.loads(EXPECTED.read_text(encoding="utf-8")) if EXPECTED.exists() else {"bits": BITS, "made": []}
    kept = [entry for entry in stored["made"] if stored["bits"] == BITS and entry["on"] != machine()]
    made = [*kept, {"on": machine(), "runs": numbers}]
    lines = []
    for entry in made:
        runs = ",\n".join(f"   {json.dumps(name)}: {json.dumps(value)}" for name, value in entry["runs"].items())
        lines.append(f'  {{"on": {json.dumps(entry["on"])}, "runs": {{\n{runs}\n  }}}}')
    EXPECTED.write_text(f'{{"bits": {BITS}, "made": [\n' + ",\n".join(lines) + "\n]}\n", encoding="utf-8")


if __name__ == "__main__":
    numbers_made = made_numbers()
    if "--write" in sys.argv[1:]:
        _write(numbers_made)
    else:
        print(json.dumps(numbers_made))
