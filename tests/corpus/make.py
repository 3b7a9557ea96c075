"""Makes the boards of a version with the code that is imported: ``python tests/corpus/make.py FOLDER``.

Run once for each release, with the data folder in ``RNNBENCH_DATA`` (tagging reads UD English). The boards hold every
kind and status of a run that a small machine can bring about, with few rows and steps.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SITE = Path(__file__).parents[1] / "hostile" / "site"
"""A plugin whose models fail on demand."""

SMALL = "train_rows: 60, validation_rows: 12, test_rows: 16"
RECIPE = "{embedding: 12, batch: 8, evaluations: 2"
WIDTH = "fields: {width: 8}"

SUITES = {
    "tuned": f"""\
seeds: 2
budget: {{core_params: 8600, steps: 6}}
tune: {{learning_rate: [0.003, 0.01], share: 0.5}}
recipe: {RECIPE}}}
margin: {{relative: 0.05, points: 1.0}}
models: [lstm, bidirectional, attention-seq2seq, transformer]
tasks:
  - {{task: language-modelling, dataset: {{name: grammar-text, fields: {{{SMALL}}}}}, fields: {{bptt: 8}}}}
  - {{task: sentiment, dataset: {{name: reviews, fields: {{{SMALL}}}}}, budget: {{steps: 8}}}}
  - {{task: translation, dataset: {{name: synchronous-grammar, fields: {{{SMALL}}}}}, fields: {{beam: 2}}}}
  - task: forecasting
    dataset: {{name: state-space, fields: {{train_rows: 120, validation_rows: 48, test_rows: 40}}}}
    fields: {{lookback: 16, horizon: 4}}
""",
    "memory": f"""\
seeds: [0, 7]
budget: {{steps: 6}}
tune: none
recipe: {RECIPE}, learning_rate: 0.01}}
models: [{{model: gru, {WIDTH}}}, {{model: bidirectional, {WIDTH}}}, {{model: s4d, {WIDTH}}}]
tasks:
  - {{task: adding, dataset: {{name: marked-numbers, fields: {{{SMALL}, length: 8}}}}, label: adding/8}}
  - {{task: copy-memory, dataset: {{name: delayed-symbols, fields: {{{SMALL}, delay: 4, count: 2}}}}}}
published: [{{task: adding/8, who: somebody, value: 50, source: a paper, row: gru, tolerance: 60}}]
""",
    "withheld": f"""\
seeds: 2
budget: {{epochs: 1}}
tune: none
recipe: {RECIPE}, learning_rate: 0.01}}
models:
  - {{model: lstm, {WIDTH}}}
  - {{model: transformer, {WIDTH}, label: warm, recipe: {{warmup: 0.5}}}}
tasks:
  - task: translation
    dataset: {{name: parallel-files, fields: {{path: [all.en, all.de], shares: [0.6, 0.2, 0.2]}}}}
""",
    "tagging": f"""\
seeds: 2
budget: {{tokens: 400}}
tune: none
recipe: {RECIPE}, learning_rate: 0.01}}
models: [{{model: gru, {WIDTH}}}, {{model: bidirectional, {WIDTH}}}]
tasks:
  - task: tagging
    dataset: {{name: ud-english-ewt, fields: {{train_rows: 900, validation_rows: 12, test_rows: 16}}}}
""",
    "unfinished": f"""\
seeds: 2
budget: {{steps: 1000000}}
tune: none
limits: {{seconds: 4}}
recipe: {RECIPE}, learning_rate: 0.01}}
models:
  - {{model: lstm, {WIDTH}}}
  - {{model: hostile, {WIDTH[:-1]}, case: "train:raise"}}}}
  - model: elman
    {WIDTH}
    recipe: {{optimizer: sgd, learning_rate: 1000, clip: null, schedule: constant}}
tasks:
  - task: forecasting
    dataset: {{name: state-space, fields: {{train_rows: 120, validation_rows: 48, test_rows: 40}}}}
    fields: {{lookback: 16, horizon: 4}}
""",
}


def make(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        here = Path(scratch)
        for side, word in (("en", "open"), ("de", "offen")):
            (here / f"all.{side}").write_text("".join(f"{word} {n} {n % 7}\n" for n in range(60)), encoding="utf-8")
        for name, text in SUITES.items():
            (here / f"{name}.yaml").write_text(f"suite: {name}\n{text}", encoding="utf-8")
            rnnbench(here, "run", f"{name}.yaml", "--out", name, fails=name == "unfinished")
        signed = sorted((here / "tuned" / "runs").glob("*.json"))[:3]
        for path in signed:
            rnnbench(here, "verify", str(path), "--yes", "--sign", "a maintainer")
        rnnbench(here, "leaderboard", "tuned")  # which shows the marks
        for part in ("one", "other"):
            rnnbench(here, "run", "memory.yaml", "--out", part, "--only", "gru" if part == "one" else "*")
        rnnbench(here, "merge", "memory", "one", "other", "-o", "merged")
        folder.mkdir(parents=True)
        for name in (*SUITES, "merged"):
            leave_out = shutil.ignore_patterns(".lock", ".inputs", "logs", "checkpoints", "leaderboard.html")
            shutil.copytree(here / name, folder / name, ignore=leave_out)


def rnnbench(here: Path, *arguments: str, fails: bool = False) -> None:
    paths = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    environment = {"PYTHONPATH": os.pathsep.join([*paths, str(SITE)]), "RNNBENCH_CACHE": str(here / "cache")}
    done = subprocess.run(
        [sys.executable, "-c", "from rnnbench.cli import main; main()", *arguments],
        cwd=here,
        env={**os.environ, "OMP_NUM_THREADS": "1", **environment},
        check=False,
    )
    if (done.returncode == 0) is fails:
        raise SystemExit(f"rnnbench {' '.join(arguments)}: exit code {done.returncode}")


if __name__ == "__main__":
    make(Path(sys.argv[1]).absolute())
