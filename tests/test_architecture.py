"""What import-linter cannot say of the project's structure, and what holds for all of its files."""

from __future__ import annotations

import ast
import hashlib
import itertools
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from ruamel.yaml import YAML

import rnnbench

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
HEAVY = {"torch", "datasets", "evaluate", "pandas", "pyarrow", "sacrebleu", "sklearn", "tokenizers"}
PLUGINS = sorted((ROOT / "plugins").rglob("*.py"))


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("rnnbench", set()),
        ("rnnbench.cli", set()),
        ("rnnbench.leaderboard", set()),
        ("rnnbench.suite", set()),
        ("rnnbench.pipeline.run", {"torch"}),
    ],
)
def test_what_starts_fast_imports_nothing_heavy(module: str, heavy: set[str]) -> None:
    code = f"import sys, {module}; print(*sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert HEAVY & set(answer.stdout.split()) == heavy


HARNESS = ROOT / "harness"


def harness_modules() -> dict[str, Path]:
    """The harness's modules by name, a package by its own."""
    modules = {}
    for path in sorted((HARNESS / "rnnbench").rglob("*.py")):
        if "files" not in path.parts:  # of the scaffold: templates
            parts = path.relative_to(HARNESS).with_suffix("").parts
            modules[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return modules


def imported(path: Path, modules: dict[str, Path]) -> set[str]:
    """The harness's modules that a file imports anywhere: within functions, and for type checking alone, too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: a relative import"
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in modules else str(node.module) for name in names}
    return found & modules.keys()


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """What is left of a graph when nodes without edges are removed again and again, in both directions."""
    left = {node: set(targets) - {node} for node, targets in graph.items()}
    while True:
        reached: set[str] = set().union(*left.values())
        ends = {node for node, targets in left.items() if not targets or node not in reached}
        if not ends:
            return [[node, *sorted(targets)] for node, targets in sorted(left.items())]
        left = {node: targets - ends for node, targets in left.items() if node not in ends}


def test_a_circle_is_found_and_a_chain_is_none() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"a"}}) == [["b", "c"], ["c", "b"]]
    assert circles({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


def test_no_module_of_the_harness_imports_itself_over_others() -> None:
    """For type checking neither: each module can be read without one that builds on it."""
    modules = harness_modules()
    assert not circles({name: imported(path, modules) for name, path in modules.items()})


def test_statistics_know_no_table_and_read_no_file() -> None:
    modules = harness_modules()
    allowed = ("rnnbench.statistics", "rnnbench.base", "rnnbench.records.schema")
    for name, path in modules.items():
        if name.startswith("rnnbench.statistics"):
            assert all(target.startswith(allowed) for target in imported(path, modules)), name


def test_every_public_name_is_where_the_table_says() -> None:
    for name in rnnbench.__all__:
        assert getattr(rnnbench, name) is not None


@pytest.mark.parametrize("path", PLUGINS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_plugin_imports_only_public_names(path: Path) -> None:
    """Type-checking imports too, which the linter does not see."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "rnnbench":
            assert node.module == "rnnbench", f"line {node.lineno} imports from {node.module}"
            assert {alias.name for alias in node.names} <= set(rnnbench.__all__), f"line {node.lineno}"
        elif isinstance(node, ast.Import):
            assert not [alias.name for alias in node.names if alias.name.startswith("rnnbench.")], f"line {node.lineno}"


def project_files() -> list[Path]:
    """The files that git knows, or would."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    paths = [ROOT / name for name in answer.stdout.split("\0") if name]
    return [path for path in paths if path.is_file() and path != Path(__file__)]


def test_no_file_names_a_machine_or_a_registry() -> None:
    """A path of somebody's machine works nowhere else; where packages come from is the user's to choose."""
    folder = r"(?<![\w./~*-])/(?:home|root|Users|work|opt|mnt|srv|scratch)/[\w.]"
    registry = r"\b(?:pypi|pythonhosted|download\.pytorch)\.(?:org|io)\b|(?:--|PIP_)(?:extra-)?index|--find-|/simple/?$"
    found = []
    for path in project_files():
        text = path.read_bytes().decode("utf-8", errors="replace")
        for number, line in enumerate(text.split("\n"), 1):
            if re.search(f"{folder}|{registry}", line, re.IGNORECASE):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}")
    assert not found


def test_the_licence_is_apache_2_0_to_the_letter() -> None:
    digest = hashlib.sha256((ROOT / "LICENSE").read_bytes()).hexdigest()
    assert digest == "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30"


def test_every_dependency_is_pinned_within_what_the_project_allows() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = dict(line.split("==") for line in lines if not line.startswith("#"))
    assert all(re.fullmatch(r"[0-9][0-9a-z.]*", version) for version in pins.values())
    names = {canonicalize_name(name): version for name, version in pins.items()}
    for text in itertools.chain(PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()):
        requirement = Requirement(text)
        if requirement.name != PROJECT["name"]:  # which names its own extras
            assert requirement.specifier.contains(names[canonicalize_name(requirement.name)]), text


def test_a_commit_is_checked_by_what_make_test_runs() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (checks,) = re.findall(r"^test:.*\n\t.*--no-print-directory (.*) MARKS=", makefile, re.MULTILINE)
    hooks = YAML(typ="safe", pure=True).load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    entries = [hook["entry"].split()[:2] for hook in hooks["repos"][0]["hooks"]]
    assert entries == [["make", check] for check in checks.split()]
    assert (ROOT / ".ci" / "run").read_text(encoding="utf-8").rstrip().endswith("\nmake test")
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111
