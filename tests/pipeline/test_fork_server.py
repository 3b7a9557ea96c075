"""The fork server has imported what runs need, started no thread and run no tensor operation."""

from __future__ import annotations

import subprocess
import sys

PROBE = """
import json, multiprocessing, os, sys
EXPECTED = {"torch", "sacrebleu", "tokenizers", "rnnbench_models.lstm", "rnnbench.execute.run", "rnnbench.train.loop"}
from pathlib import Path

def report(connection):
    server = Path(f"/proc/{os.getppid()}")
    threads = [thread.name for thread in (server / "task").iterdir()]
    import torch
    untouched = torch.Generator().manual_seed(torch.default_generator.initial_seed()).get_state()
    connection.send({
        "threads of the server": len(threads),
        "imported": sorted(EXPECTED & set(sys.modules)),
        "random numbers drawn": not torch.equal(torch.random.get_rng_state(), untouched),
        "openmp threads of the worker": len(list(Path("/proc/self/task").iterdir())),
        "cuda is initialised": torch.cuda.is_initialized(),
    })

if __name__ == "__main__":
    from rnnbench.execute.local.executor import LocalExecutor
    from rnnbench import ExecutorOptions
    context = LocalExecutor(ExecutorOptions(jobs=1, device="cpu"))._context
    ours, theirs = context.Pipe()
    process = context.Process(target=report, args=(theirs,))
    process.start()
    print(json.dumps(ours.recv()))
    process.join()
"""


def test_the_server_has_imported_everything_and_started_no_thread(tmp_path) -> None:
    import json

    script = tmp_path / "probe.py"
    script.write_text(PROBE, encoding="utf-8")
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["threads of the server"] == 1
    assert found["openmp threads of the worker"] == 1
    assert found["imported"] == [
        "rnnbench.execute.run",
        "rnnbench.train.loop",
        "rnnbench_models.lstm",
        "sacrebleu",
        "tokenizers",
        "torch",
    ]
    assert not found["random numbers drawn"]
    assert not found["cuda is initialised"]
