"""A board as an RO-Crate (Soiland-Reyes et al. 2022): its files, and what each is, for archives of research data."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from rnnbench.base.errors import UserError
from rnnbench.leaderboard import read_board
from rnnbench.leaderboard.formats import table_files
from rnnbench.records.files import listing, size, subfolder
from rnnbench.records.storage import ITEMS, MOST_BYTES, PLAN, RUNS, DamagedFile

LICENCE = "https://creativecommons.org/licenses/by/4.0/"

_RECORDS = {
    PLAN: (
        "The plan: every run that was asked for, and every pair of model and task that cannot run",
        "application/json",
    ),
    f"{RUNS}/*.json": ("The record of a run: its resolved inputs, scores, history and provenance", "application/json"),
    f"{ITEMS}/*.json.gz": ("What a run's scores are computed from, by test item", "application/gzip"),
    "verified.json": ("Which runs a maintainer ran again", "application/json"),
}


class NotInstalled(UserError):
    """A package that an export needs is not installed."""


def write_ro_crate(folder: Path, out: Path) -> list[Path]:
    """Copy a results folder and add ``ro-crate-metadata.json``, which says what each file is and how they came about.

    Returns:
        The metadata file.

    Raises:
        NotInstalled: the package ``rocrate`` is not there.
        StorageError: the plan cannot be read, or a file of it is no plain file.
        DamagedFile: the plan is not one, or a file is too large or its name not of printable UTF-8.
    """
    try:
        from rocrate.model.softwareapplication import SoftwareApplication  # noqa: PLC0415  an extra
        from rocrate.rocrate import ROCrate  # noqa: PLC0415
    except ImportError as error:
        raise NotInstalled("an RO-Crate needs the package rocrate: pip install 'rnnbench[publish]'") from error
    board = read_board(folder)
    crate = ROCrate()
    crate.name = f"rnnbench board {board.suite}"
    crate.description = board.description or f"Records and leaderboard of the suite {board.suite}"
    crate.license = LICENCE
    files = {}
    for path, (description, media) in _files(folder):
        name = path.relative_to(folder).as_posix()
        properties = {"name": name, "description": description, "encodingFormat": media}
        files[name] = crate.add_file(str(path), name, properties=properties, record_size=True)
    harness = crate.add(
        SoftwareApplication(crate, "#rnnbench", properties={"name": "rnnbench", "softwareVersion": board.harness})
    )
    crate.add_action(
        harness,
        identifier="#run",
        object=[files[PLAN]],
        result=[entity for name, entity in files.items() if name != PLAN],
        properties={"name": f"rnnbench run of the suite {board.suite}"},
    )
    crate.write(str(out))
    return [out / "ro-crate-metadata.json"]


def _files(folder: Path) -> Iterator[tuple[Path, tuple[str, str]]]:
    """The files of a board with description and media type, in order; logs and checkpoints are left out.

    Raises:
        StorageError: one is no plain file.
        DamagedFile: one is too large, or its name is not UTF-8, which the metadata are.
    """
    tables = {name: (each.description, each.media_type) for name, each in table_files().items()}
    for pattern, kind in (_RECORDS | tables).items():
        *above, last = pattern.split("/")
        for path in listing(subfolder(folder, *above)):
            if not fnmatchcase(path.name, last):
                continue
            if (size(path) or 0) > MOST_BYTES:
                raise DamagedFile(path, f"has more than {MOST_BYTES:,} bytes")
            if not path.name.isprintable():
                raise DamagedFile(path.parent, f"the name {path.name!a} is not of printable UTF-8")
            yield path, kind
