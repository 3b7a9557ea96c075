import errno
import gzip
import json
import os
import pickle
import subprocess
from pathlib import Path

import pytest
from leaderboard.factory import make_results

from records.conftest import ITEMS, everything
from rnnbench.records import storage
from rnnbench.records.checkpoints import read_checkpoint, remove_checkpoints, write_checkpoint
from rnnbench.records.logs import open_log, remove_empty_log
from rnnbench.records.storage import (
    DamagedFile,
    FolderInUse,
    StorageError,
    read_items,
    read_plan,
    read_records,
    results_lock,
    scan_records,
    write_atomically,
    write_plan,
    write_record,
    write_text,
)

# Plans and records


def test_what_is_written_is_what_is_read(tmp_path):
    plan, records = make_results({"lstm": [80.0, 81.0]}, baselines={"majority": 50.0})
    write_plan(tmp_path, plan)
    for one in records.values():
        write_record(tmp_path, one)
    assert read_plan(tmp_path) == plan
    assert read_records(tmp_path) == records
    assert everything(tmp_path) == ["plan.json", *sorted(f"runs/{run_id}.json" for run_id in records)]


def test_files_are_strict_json_with_sorted_keys_and_a_last_newline(tmp_path, record):
    write_record(tmp_path, record.model_copy(update={"reason": "naïve"}))
    content = (tmp_path / "runs" / f"{record.id}.json").read_bytes()
    assert content.endswith(b"}\n")
    assert "naïve".encode() in content
    parsed = json.loads(content)
    assert list(parsed) == sorted(parsed)


def test_no_number_that_json_lacks_is_written(tmp_path, record):
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_record(tmp_path, record.model_copy(update={"resolved": {"loss": float("nan")}}))
    assert everything(tmp_path) == []


def test_an_empty_folder_has_no_records(tmp_path):
    assert read_records(tmp_path) == {}
    assert read_records(tmp_path / "absent") == {}


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (b"", "invalid JSON: EOF"),
        (b'{"schema_version": 1, "id": "tor', "invalid JSON: EOF"),
        (b"\x00\xff\x00\xff", "invalid JSON"),
        (b"[]", "expected an object"),
        (b"{}", "id: field required"),
        (b'{"schema_version": 2}', "schema_version: expected 1, got 2"),
        (b"[" * 100_000, "invalid JSON: recursion limit"),
    ],
)
def test_a_damaged_record_is_a_listed_problem(tmp_path, record, content, cause):
    write_record(tmp_path, record)
    (tmp_path / "runs" / "torn.json").write_bytes(content)
    found = scan_records(tmp_path)
    assert list(found.records) == [record.id]
    (problem,) = found.problems
    assert problem.file == "runs/torn.json"
    assert cause in problem.cause


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-1E+400"])
@pytest.mark.parametrize("place", ["metrics", "provenance"])
def test_a_number_that_is_not_finite_is_damage_wherever_it_stands(tmp_path, record, number, place):
    write_record(tmp_path, record.model_copy(update={place: {"x": 12.5}}))
    path = tmp_path / "runs" / f"{record.id}.json"
    path.write_text(path.read_text().replace("12.5", number))
    (problem,) = scan_records(tmp_path).problems
    assert problem.cause == f"{number} is no finite number"


def test_the_word_nan_in_a_text_is_no_number(tmp_path, record):
    write_record(tmp_path, record.model_copy(update={"reason": "the loss was NaN, from 2e100 on"}))
    assert scan_records(tmp_path).problems == ()


def test_a_record_under_another_name_is_a_problem(tmp_path, record):
    write_record(tmp_path, record)
    (tmp_path / "runs" / f"{record.id}.json").rename(tmp_path / "runs" / "copy.json")
    found = scan_records(tmp_path)
    assert found.records == {}
    assert found.problems[0].cause == f"holds the record of run {record.id}"


def test_a_record_that_cannot_be_read_is_a_problem(tmp_path):
    (tmp_path / "runs" / "folder.json").mkdir(parents=True)
    (problem,) = scan_records(tmp_path).problems
    assert problem.cause == "is no plain file"


def test_other_files_beside_the_records_are_left_alone(tmp_path):
    write_text(tmp_path / "runs", "README.txt", "hello")
    write_text(tmp_path / "runs", ".half.json", "{")
    found = scan_records(tmp_path)
    assert (found.records, found.problems) == ({}, ())


def test_a_missing_plan_names_the_file(tmp_path):
    with pytest.raises(StorageError, match=r"plan\.json: No such file or directory"):
        read_plan(tmp_path)


# Items


def test_items_come_back_and_are_bound_to_their_record(tmp_path, record):
    stored = write_record(tmp_path, record, ITEMS)
    assert read_items(tmp_path, record.id, stored.items_sha256) == ITEMS
    assert read_records(tmp_path)[record.id] == stored
    unpacked = gzip.decompress((tmp_path / "items" / f"{record.id}.json.gz").read_bytes())
    assert stored.items_sha256 == subprocess.run(
        ["sha256sum"], input=unpacked, capture_output=True, check=True
    ).stdout.decode().split()[0]  # fmt: skip


def test_the_same_items_are_the_same_bytes_at_any_time(tmp_path, record, monkeypatch):
    write_record(tmp_path / "a", record, ITEMS)
    monkeypatch.setattr("time.time", lambda: 2e9)
    write_record(tmp_path / "b", record, dict(reversed(ITEMS.items())))
    name = f"items/{record.id}.json.gz"
    assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ({"a": [1, 2], "b": [1]}, "equally long"),
        ({"a": [float("inf")]}, "finite JSON values"),
        ({"a": [object()]}, "finite JSON values"),
    ],
)
def test_items_that_are_no_columns_are_refused_before_anything_is_written(tmp_path, record, items, message):
    with pytest.raises(ValueError, match=message):
        write_record(tmp_path, record, items)
    assert everything(tmp_path) == []


@pytest.mark.parametrize("damage", [lambda content: content[:-9], lambda content: b"", lambda content: b"plain"])
def test_items_cut_short_are_damage(tmp_path, record, damage):
    write_record(tmp_path, record, ITEMS)
    path = tmp_path / "items" / f"{record.id}.json.gz"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(DamagedFile, match=r"json\.gz: cannot be unpacked"):
        read_items(tmp_path, record.id)


def test_items_that_were_exchanged_are_damage(tmp_path, record):
    stored = write_record(tmp_path, record, ITEMS)
    write_record(tmp_path, record, ITEMS | {"correct": [1, 1, 1]})
    with pytest.raises(DamagedFile, match="checksums differ"):
        read_items(tmp_path, record.id, stored.items_sha256)


def test_items_that_unpack_to_more_than_memory_holds_are_refused(tmp_path, record, monkeypatch):
    write_record(tmp_path, record, {"correct": [1] * 10_000})
    monkeypatch.setattr(storage, "MOST_BYTES", 2**10)
    with pytest.raises(DamagedFile, match="unpacks to more than 0 MiB"):
        read_items(tmp_path, record.id)


def test_missing_items_name_the_file(tmp_path):
    with pytest.raises(StorageError, match=r"items/x\.json\.gz: No such file"):
        read_items(tmp_path, "x")


@pytest.mark.parametrize("name", ["../x", "a/b", "/etc/x", "..", "", "a\0b"])
def test_no_name_leads_out_of_the_folder(tmp_path, record, name):
    with pytest.raises(ValueError, match="not a file name"):
        write_checkpoint(tmp_path, name, "weights", b"")
    with pytest.raises(ValueError, match="not a file name"):
        write_text(tmp_path, name, "")
    if name and name != "..":  # `...json` is an odd name, and harmless
        with pytest.raises(ValueError, match="not a file name"):
            write_record(tmp_path, record.model_copy(update={"id": name}))
        with pytest.raises(ValueError, match="not a file name"):
            read_items(tmp_path, name)


# Checkpoints


def test_a_checkpoint_is_there_until_it_is_removed(tmp_path):
    assert read_checkpoint(tmp_path, "run", "a") is None
    write_checkpoint(tmp_path, "run", "a", b"first")
    write_checkpoint(tmp_path, "run", "a", b"second")
    write_checkpoint(tmp_path, "other", "a", b"third")
    assert read_checkpoint(tmp_path, "run", "a") == b"second"
    remove_checkpoints(tmp_path, "run")
    remove_checkpoints(tmp_path, "run")
    assert read_checkpoint(tmp_path, "run", "a") is None
    assert read_checkpoint(tmp_path, "other", "a") == b"third"


def test_the_last_checkpoint_and_the_last_log_leave_no_empty_folder_once_nobody_writes(tmp_path):
    with results_lock(tmp_path):
        write_checkpoint(tmp_path, "run", "a", b"first")
        os.close(open_log(tmp_path, "run"))
        remove_checkpoints(tmp_path, "run")
        remove_empty_log(tmp_path, "run")
        assert sorted(path.name for path in tmp_path.iterdir()) == [".lock", "checkpoints", "logs"]
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]


# Atomic writing


@pytest.mark.parametrize("broken", ["os.fsync", "pathlib.Path.replace"])
@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
def test_a_write_that_fails_leaves_what_was_there_and_no_litter(tmp_path, monkeypatch, broken, error):
    path = tmp_path / "plan.json"
    write_atomically(path, b"before")

    def fail(*args):
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(broken, fail)
        with pytest.raises((StorageError, KeyboardInterrupt)) as caught:
            write_atomically(path, b"after")
    if isinstance(error, OSError):
        assert str(caught.value) == f"{path}: No space left on device"
        assert caught.value.cause is error
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]
    write_atomically(path, b"after")
    assert path.read_bytes() == b"after"


def test_content_is_forced_to_disk_before_it_is_moved_and_the_folder_after(tmp_path, monkeypatch):
    steps = []
    fsync, replace = os.fsync, Path.replace

    def seen_fsync(descriptor):
        steps.append("folder" if Path(f"/proc/self/fd/{descriptor}").resolve().is_dir() else "content")
        fsync(descriptor)

    def seen_replace(path, target):
        steps.append("move")
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", seen_fsync)
    monkeypatch.setattr(Path, "replace", seen_replace)
    write_atomically(tmp_path / "a", b"x")
    assert steps == ["content", "move", "folder"]


def test_a_folder_that_cannot_be_made_is_a_storage_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match=r"Not a directory|File exists"):
        write_atomically(tmp_path / "file" / "runs" / "x.json", b"")


def test_files_have_the_users_ordinary_permissions(tmp_path):
    write_text(tmp_path, "a.txt", "x")
    (tmp_path / "b.txt").write_text("x")
    assert (tmp_path / "a.txt").stat().st_mode == (tmp_path / "b.txt").stat().st_mode


def test_a_record_without_its_items_is_never_stored(tmp_path, record, monkeypatch):
    """Items go first: a crash between the two leaves no record, and the run is done again."""
    write, written = storage.write_atomically, []

    def stop_at_the_second(path, content):
        if written:
            raise StorageError(path, OSError(errno.EIO, "Input/output error"))
        written.append(path)
        write(path, content)

    monkeypatch.setattr(storage, "write_atomically", stop_at_the_second)
    with pytest.raises(StorageError):
        write_record(tmp_path, record, ITEMS)
    assert everything(tmp_path) == [f"items/{record.id}.json.gz"]


@pytest.mark.parametrize(
    "error",
    [
        StorageError(Path("a"), OSError(errno.EACCES, "Permission denied")),
        DamagedFile(Path("a"), "torn"),
        FolderInUse(Path("a"), "host", 7, "noon"),
    ],
)
def test_errors_survive_the_way_from_a_worker(error):
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert str(copy) == str(error)
