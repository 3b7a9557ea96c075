"""Side effects of a model on the process that it is called in, by case."""

from __future__ import annotations

import ctypes
import os
import random
import signal
import sys
import tempfile

import numpy as np
import torch


class Unprintable(Exception):
    def __str__(self) -> str:
        raise RuntimeError("not even this can be said")


def fail():
    raise RuntimeError("the\nflux capacitor is empty")


def fail_loudly():
    raise RuntimeError("\x1b[2J\ud800" + "much to say " * 100_000)


def fail_silently():
    raise Unprintable


def interrupt():
    raise KeyboardInterrupt


def recurse():
    recurse()


def leave():
    sys.exit(0)


def die():
    os._exit(0)


def crash():
    ctypes.string_at(0)


def abort():
    os.abort()


def seed_torch():
    torch.manual_seed(0)


def seed_others():
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002


def change_type():
    torch.set_default_dtype(torch.float64)


def change_threads():
    torch.set_num_threads(torch.get_num_threads() + 1)


def stop_gradients():
    torch.set_grad_enabled(False)


def change_precision():
    torch.set_float32_matmul_precision("medium")


def patch_function():
    torch.nn.functional.cross_entropy = lambda logits, targets, **options: logits.sum() * 0


def patch_method():
    torch.nn.Linear.forward = lambda self, x: x.new_zeros(*x.shape[:-1], self.out_features)


def change_folder():
    os.chdir(tempfile.gettempdir())


def change_environment():
    os.environ.clear()
    os.environ["RNNBENCH_CACHE"] = "/nowhere"


def print_much():
    for _ in range(int(os.environ.get("HOSTILE_MEGABYTES", "5"))):
        print("x" * 2**20)


def print_codes():
    print("\x1b[2J\x1b[31m\x1b]0;owned\x07\x08\x08\r", file=sys.stderr, flush=True)


def print_no_text():
    os.write(1, b"\xff\xfe\x00\x80\n")
    os.write(2, b"\xc3\x28\n")


def lose_output():
    sys.stdout = sys.stderr = None


def handle_signals():
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


DEEDS = {
    "raise": fail,
    "raise-much": fail_loudly,
    "raise-unprintable": fail_silently,
    "interrupt": interrupt,
    "recurse": recurse,
    "exit": leave,
    "die": die,
    "segfault": crash,
    "abort": abort,
    "torch-seed": seed_torch,
    "other-seeds": seed_others,
    "dtype": change_type,
    "threads": change_threads,
    "no-gradients": stop_gradients,
    "precision": change_precision,
    "patched-function": patch_function,
    "patched-method": patch_method,
    "folder": change_folder,
    "environment": change_environment,
    "print": print_much,
    "escape-codes": print_codes,
    "no-utf-8": print_no_text,
    "no-output": lose_output,
    "signals": handle_signals,
}
