"""One process at a time writes into a results folder, and a killed one leaves nothing to unlock."""

import multiprocessing
import os
import subprocess
import sys

import pytest

from records.conftest import ITEMS, everything
from rnnbench.records.checkpoints import write_checkpoint
from rnnbench.records.storage import FolderInUse, move_aside, read_records, results_lock, write_record

HOLD = """
import pathlib, sys
from rnnbench.records.storage import results_lock
with results_lock(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that holds ``tmp_path``."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_folder_in_use_names_its_holder(tmp_path, holder):
    with pytest.raises(FolderInUse) as caught, results_lock(tmp_path):
        pytest.fail("two processes hold one folder")
    assert caught.value.pid == holder.pid
    assert caught.value.host == os.uname().nodename
    assert caught.value.started.endswith("+00:00")
    assert f"in use by process {holder.pid} on" in str(caught.value)


def test_the_lock_of_a_killed_process_is_free(tmp_path, holder):
    holder.kill()
    holder.wait()
    with results_lock(tmp_path):
        pass


def test_a_holder_that_says_nothing_is_still_a_holder(tmp_path, holder):
    (tmp_path / ".lock").write_text('{"host": "h", "pi')
    with pytest.raises(FolderInUse, match="an unknown host"), results_lock(tmp_path):
        pytest.fail("two processes hold one folder")


def test_the_lock_makes_the_folder_and_can_be_taken_again(tmp_path):
    for _ in range(2):
        with results_lock(tmp_path / "new" / "folder"):
            assert (tmp_path / "new" / "folder" / ".lock").read_text()
    assert (tmp_path / "new" / "folder" / ".lock").read_text() == ""


def test_the_lock_is_free_after_its_holder_though_a_forked_worker_lives(tmp_path):
    context = multiprocessing.get_context("fork")
    release = context.Event()
    with results_lock(tmp_path):
        worker = context.Process(target=release.wait, args=(30,))
        worker.start()
    try:
        with results_lock(tmp_path):
            assert worker.is_alive()
    finally:
        release.set()
        worker.join()


def test_taking_the_lock_removes_what_killed_writers_left(tmp_path, record):
    write_record(tmp_path, record, ITEMS)
    write_checkpoint(tmp_path, "run", "a", b"x")
    kept = everything(tmp_path)
    for place in ("", "runs", "items", "checkpoints/run"):
        (tmp_path / place / ".x.json.0a1b2c3d.tmp").write_text("half")
    with results_lock(tmp_path):
        assert everything(tmp_path) == [".lock", *kept]


# Starting afresh


def test_a_folder_is_moved_aside_to_the_first_free_number(tmp_path, record):
    folder = tmp_path / "quick"
    assert move_aside(folder) is None
    for number in (1, 2):
        write_record(folder, record)
        assert move_aside(folder) == tmp_path / f"quick.{number}"
        assert list(read_records(tmp_path / f"quick.{number}")) == [record.id]
        assert not folder.exists()


def test_a_folder_in_use_is_not_moved(tmp_path, holder):
    with pytest.raises(FolderInUse):
        move_aside(tmp_path)
    assert tmp_path.exists()
