"""A board as Hugging Face evaluation results: an ``.eval_results/*.yaml`` for each model's repository."""

from __future__ import annotations

import hashlib
import io
import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from rnnbench.leaderboard import Board, read_board
from rnnbench.leaderboard.board import Row, RowKind, Table
from rnnbench.records.files import subfolder
from rnnbench.records.storage import write_atomically


def write_eval_results(folder: Path, out: Path, hub_ids: Mapping[str, str] | None = None) -> list[Path]:
    """Write ``<model>/.eval_results/<suite>.yaml`` for each model, as repositories on the Hugging Face hub hold them.

    Args:
        folder: a results folder.
        out: the folder to write to.
        hub_ids: the hub's dataset ids by our names. Without one our name is written, which the hub does not know.

    Raises:
        StorageError: the plan cannot be read or a file cannot be written.
        DamagedFile: the plan is not one.
    """
    from huggingface_hub import EvalResultEntry, eval_result_entries_to_yaml  # noqa: PLC0415  slow to import
    from ruamel.yaml import YAML  # noqa: PLC0415

    board = read_board(folder)
    entries: dict[str, list[EvalResultEntry]] = defaultdict(list)
    for table in board.tables:
        for row in table.rows:
            if row.kind is RowKind.MODEL and row.complete and row.mean is not None:
                entry = EvalResultEntry(
                    dataset_id=(hub_ids or {}).get(table.dataset, table.dataset),
                    task_id=f"{table.task}:{table.metric.name}",
                    value=row.mean,
                    notes=_notes(board, table, row),
                )
                entries[row.model].append(entry)
    written, yaml = [], YAML()
    yaml.default_flow_style, yaml.width = False, 10_000
    for model, of_model in sorted(entries.items()):
        stream = io.StringIO()
        yaml.dump(eval_result_entries_to_yaml(of_model), stream)
        path = subfolder(out, file_name(model), ".eval_results") / f"{file_name(board.suite)}.yaml"
        write_atomically(path, stream.getvalue().encode())
        written.append(path)
    return written


def _notes(board: Board, table: Table, row: Row) -> str:
    interval = row.seeds_interval
    notes = [f"rnnbench {board.harness}, suite {board.suite}", f"mean of {row.n} seeds"]
    notes += [f"95 % interval over seeds {interval.low:.6g} to {interval.high:.6g}"] if interval else []
    notes += [f"{row.core_params:,} core parameters"] if row.core_params else []
    return "; ".join([*notes, f"trained from scratch, data {table.fingerprint[:12]}"])


def file_name(label: str) -> str:
    """A label as the name of a file or folder: letters, digits, hyphens, dots and underscores.

    A label that had to be changed gets a part of its hash, so that no two labels share a name.
    """
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", label).strip(".-")[:80]
    return name if name and name == label else f"{name or 'row'}-{hashlib.sha256(label.encode()).hexdigest()[:8]}"
