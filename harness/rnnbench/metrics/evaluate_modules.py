"""``evaluate`` modules as metrics of a suite, and any metric as an ``evaluate.Metric``.

An ``evaluate`` module is no function of sums: it is computed anew for every resample of the test set. ``evaluate`` is
imported when one is made.
"""

from __future__ import annotations

import hashlib
import importlib
import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np

from rnnbench.contract.items import Items, Kind
from rnnbench.contract.metrics import Metric
from rnnbench.metrics.scoring import score

_PAIRS = (("label", "predicted"), ("reference", "hypothesis"))
"""(references, predictions) in the items of the built-in tasks."""


class EvaluateError(ValueError):
    """An ``evaluate`` module that cannot be loaded, or does not fit the items."""


def evaluate_metric(
    module: str | type[Any],
    *,
    name: str | None = None,
    direction: Literal["min", "max"] = "max",
    columns: Mapping[str, str] | None = None,
    fields: Mapping[str, Any] | None = None,
    config: str | None = None,
    value: str | None = None,
    items: Mapping[str, Kind] | None = None,
    unit: str = "",
    low: float = float("-inf"),
    high: float = float("inf"),
) -> Metric:
    """A metric that an ``evaluate`` module computes.

    Args:
        module: a name on the Hugging Face hub (from the local cache when offline), the path of a folder or script, a
            class, or ``"package.module:Class"``.
        name: the metric's; by default the module's.
        direction: whether less or more is better, which ``evaluate`` does not say.
        columns: by input of the module (``predictions``, ``references``), the column of items; by default ``predicted``
            and ``label``, or ``hypothesis`` and ``reference``, whichever of them ``items`` has.
        fields: further arguments of ``compute``.
        config: the module's configuration.
        value: which of the results it is, where there are several.
        items: the columns of the task's items and their types, where they are known.
        unit: as of :class:`Metric`.
        low: as of :class:`Metric`.
        high: as of :class:`Metric`.

    Raises:
        EvaluateError: it cannot be loaded, or its inputs are not found among the columns.
    """
    path = module if isinstance(module, str) else f"{module.__module__}:{module.__qualname__}"
    loaded = _load(path, config)
    inputs = _inputs(path, loaded, columns, items)
    called = path.rpartition(":")[2] if ":" in path else Path(path).stem
    of = _Module(path, config, dict(inputs), dict(fields or {}), value)
    told = {"config": config, "fields": of.fields, "columns": of.inputs, "value": value}
    return Metric(
        name or called,
        direction,
        unit=unit,
        low=low,
        high=high,
        columns={column: _kind(column, items) for column in of.inputs.values()},
        of_items=of,
        description=str(loaded.description).strip().partition("\n")[0],
        source={
            "evaluate": called,
            "name": name or called,
            "sha256": content_hash(loaded),
            **{key: said for key, said in told.items() if said},
        },
    )


@dataclass(frozen=True)
class _Module:
    """What computes an ``evaluate`` module of items; it is loaded once a process."""

    path: str
    config: str | None
    inputs: Mapping[str, str] = field(hash=False)
    """The column of items by input."""
    fields: Mapping[str, Any] = field(hash=False)
    value: str | None

    def __call__(self, items: Items) -> float:
        """Its value, by ``_compute``: ``compute`` writes a table first, for each of a thousand resamples."""
        from datasets.utils.py_utils import temp_seed  # noqa: PLC0415  heavy, and few suites ask

        module = _load(self.path, self.config)
        columns = {name: items[column] for name, column in self.inputs.items()}
        with temp_seed(0):
            result = module._compute(**_typed(self.path, module, columns), **self.fields)
        return self._one_of(result)

    def _one_of(self, result: Mapping[str, Any]) -> float:
        if self.value is None and len(result) != 1:
            raise EvaluateError(f"evaluate module {self.path!r} gives {', '.join(result)}: say which with `value`")
        name = next(iter(result)) if self.value is None else self.value
        if name not in result:
            raise EvaluateError(f"evaluate module {self.path!r} gives no {name!r}, only {', '.join(result)}")
        if np.ndim(result[name]):
            raise EvaluateError(f"evaluate module {self.path!r}: {name!r} is not one number, got {result[name]!r}")
        return float(result[name])


def as_evaluate(metric: Metric) -> Any:
    """A metric as an ``evaluate.Metric``: ``compute(label=..., predicted=...)`` gives ``{name: value}``.

    Its inputs are the metric's columns, checked as for any run.
    """
    import evaluate  # noqa: PLC0415  heavy, and few ask
    from datasets import Features, Value  # noqa: PLC0415

    class AsEvaluate(evaluate.Metric):  # type: ignore[misc]  # the base is untyped
        """The metric, in ``evaluate``'s form."""

        def _info(self) -> Any:
            features = Features({name: Value(kind) for name, kind in metric.columns.items()})
            return evaluate.MetricInfo(description=metric.description, citation="", features=features)

        def _compute(self, **columns: Any) -> dict[str, float]:
            return {metric.name: score(metric, columns)}

    AsEvaluate.__name__ = "".join(part.capitalize() for part in metric.name.replace("_", "-").split("-"))
    return AsEvaluate(keep_in_memory=True)


def content_hash(module: Any) -> str:
    """The SHA-256 of an ``evaluate`` module's script and of the scripts that lie beside it for it."""
    script = Path(inspect.getfile(type(module)))
    beside = script.parent.rglob("*.py") if type(module).__module__.startswith("evaluate_modules.") else ()
    found = hashlib.sha256(script.read_bytes())
    for other in sorted(path for path in beside if path.name != "__init__.py" and path != script):
        found.update(other.read_bytes())
    return found.hexdigest()


@cache
def _load(path: str, config: str | None) -> Any:
    import evaluate  # noqa: PLC0415  heavy, and few suites ask

    try:
        if ":" in path:
            found = _class(path)(config_name=config, keep_in_memory=True)
        else:
            found = evaluate.load(path, config, keep_in_memory=True)
    except EvaluateError:
        raise
    except Exception as error:
        raise EvaluateError(_cause(path, error)) from error
    if not isinstance(found, evaluate.EvaluationModule):
        raise EvaluateError(f"{path!r} is {type(found).__name__}, expected an evaluate.EvaluationModule")
    return found


def _class(path: str) -> Any:
    module, _, name = path.partition(":")
    found: Any = importlib.import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    return found


def _cause(path: str, error: Exception) -> str:
    """Why a module could not be loaded, in one line."""
    if isinstance(error, FileNotFoundError | ConnectionError) and not is_path(path):
        return (
            f"no evaluate module {path!r} is in the local cache, and the Hugging Face hub has none or is out of reach; "
            "give the path of its folder"
        )
    return f"evaluate module {path!r} cannot be loaded: {type(error).__name__}: {' '.join(str(error).split())}"


def is_path(module: str) -> bool:
    """Whether a module is named by a path: one that is absolute, starts with a dot, or is a script's."""
    return module.startswith((".", "/", "~")) or module.endswith(".py")


def _features(module: Any) -> list[Mapping[str, Any]]:
    """The forms of input that a module takes."""
    features = module.features
    return list(features) if isinstance(features, list) else [features]


def _inputs(
    path: str, module: Any, columns: Mapping[str, str] | None, items: Mapping[str, Kind] | None
) -> Mapping[str, str]:
    """The column of items by input of the module."""
    wanted = list(_features(module)[0])
    if columns is not None:
        if sorted(columns) != sorted(wanted):
            raise EvaluateError(f"evaluate module {path!r} takes {', '.join(wanted)}, got columns for {list(columns)}")
        return {name: columns[name] for name in wanted}
    if sorted(wanted) == ["predictions", "references"]:
        for references, predictions in _PAIRS:
            if items is None or {references, predictions} <= items.keys():
                return {"predictions": predictions, "references": references}
    raise EvaluateError(f"evaluate module {path!r} takes {', '.join(wanted)}: say which columns they are (`columns`)")


def _kind(column: str, items: Mapping[str, Kind] | None) -> Kind:
    known: Mapping[str, Kind] = items or {name: "string" for pair in _PAIRS for name in pair}
    return known.get(column, "float64")


def _typed(path: str, module: Any, columns: Items) -> dict[str, list[Any]]:
    """The columns in the types that the module takes: labels as numbers by the alphabet, texts in lists of one."""
    problem = ""
    for features in _features(module):
        try:
            return {name: _as_feature(features[name], columns[name], columns) for name in columns}
        except (TypeError, ValueError) as error:
            problem = str(error)
    raise EvaluateError(f"evaluate module {path!r} does not take these items: {problem}")


def _as_feature(feature: Any, column: Sequence[Any], every: Items) -> list[Any]:
    inner = getattr(feature, "feature", None)
    if inner is not None:  # several references a row
        return [[value] for value in _as_feature(inner, column, every)]
    kind = str(feature.dtype)
    if kind == "string":
        return [str(value) for value in column]
    if all(isinstance(value, str) for value in column):
        labels = sorted({value for one in every.values() for value in one if isinstance(value, str)})
        numbers = {label: number for number, label in enumerate(labels)}
        return [numbers[value] for value in column]
    return [int(value) if kind.startswith(("int", "uint")) else float(value) for value in column]
