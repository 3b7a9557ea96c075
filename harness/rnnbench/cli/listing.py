"""``rnnbench list`` and ``rnnbench show``: what is installed, as text or JSON."""

from __future__ import annotations

import dataclasses
import difflib
import inspect
import json
import math
from collections.abc import Iterator
from typing import Any

from rnnbench.contract.datasets import Dataset
from rnnbench.contract.metrics import Metric
from rnnbench.contract.models import Model
from rnnbench.contract.tasks import Task
from rnnbench.discovery import Registry, discover

KINDS = ("models", "tasks", "datasets", "metrics")


class UnknownName(Exception):
    """No plugin has this name."""


def listing(kind: str | None, as_json: bool) -> str:
    """All plugins, or those of one kind."""
    registry = discover()
    found: dict[str, list[dict[str, Any]]] = {}
    for name in KINDS if kind is None else (kind,):
        if name in KINDS:
            found[name] = [_summary(registry, name, thing) for thing in getattr(registry, name).values()]
    if kind in (None, "plugins"):
        found["plugins"] = [
            {"name": plugin.origin, "version": plugin.version, "module": plugin.module, "error": plugin.error}
            for plugin in registry.plugins
        ]
    if as_json:
        return json.dumps(found, indent=1)
    return "\n".join(_lines(found))


def description(name: str, width: int | None = None) -> str:
    """One plugin in full: every kind of that name; a model's costs are at ``width``, or at its own.

    Raises:
        UnknownName: there is none; the message names the nearest.
    """
    registry = discover()
    things = [(kind, getattr(registry, kind)[name]) for kind in KINDS if name in getattr(registry, kind)]
    if not things:
        names = [known for kind in KINDS for known in getattr(registry, kind)]
        near = difflib.get_close_matches(name, names, 1)
        hint = f" (did you mean {near[0]!r}?)" if near else ""
        raise UnknownName(f"no model, task, dataset or metric is named {name!r}{hint}; `rnnbench list` shows all")
    return "\n\n".join(
        _describe_metric(registry, thing) if kind == "metrics" else _describe(registry, kind, thing, width)
        for kind, thing in things
    )


def _lines(found: dict[str, list[dict[str, Any]]]) -> Iterator[str]:
    for kind, things in found.items():
        yield f"{kind}:"
        width = max((len(thing["name"]) for thing in things), default=0)
        for thing in things:
            if kind == "plugins":
                state = f"could not be loaded: {thing['error']}" if thing["error"] else thing["module"]
                yield f"  {thing['name']:<{width}}  {thing['version']}  {state}"
            else:
                yield f"  {thing['name']:<{width}}  {thing['summary']}  [{thing['origin']}]"


def _summary(registry: Registry, kind: str, thing: Any) -> dict[str, Any]:
    about: dict[str, Any] = {"name": thing.name, "origin": registry.origin[kind, thing.name].origin}
    if kind == "models":
        roles = sorted(thing.roles)
        about |= {"family": thing.family, "roles": roles, "paper": thing.paper}
        about |= {"carries_state": thing.carries_state is not False, "missing": thing.missing()}
        marks = [*([] if about["carries_state"] else ["carries no state"]), *filter(None, [about["missing"]])]
        about["summary"] = "; ".join([thing.family, ", ".join(roles), thing.paper, *marks])
    elif kind == "tasks":
        metrics = [metric.name for metric in thing.metrics]
        about |= {"role": thing.role, "metrics": metrics, "rows": thing.rows.__name__}
        if thing.columns:
            about["items"] = [f"{column} ({kind})" for column, kind in thing.columns.items()]
        about["summary"] = f"{thing.role}; {', '.join(metrics)}; rows of {thing.rows.__name__}"
    elif kind == "metrics":
        better = "lower is better" if thing.direction == "min" else "higher is better"
        about |= {"direction": thing.direction, "unit": thing.unit or None, "range": _range(thing)}
        about["columns"] = [f"{column} ({of})" for column, of in thing.columns.items()]
        about["summary"] = "; ".join(filter(None, [better, thing.unit, ", ".join(thing.columns)]))
    else:
        about |= {"rows": thing.rows.__name__, "embedded": thing.embedded, "licence": thing.licence}
        where = "embedded" if thing.embedded else "public"
        about["summary"] = f"{where}; rows of {thing.rows.__name__}; {thing.description}"
    return about


def _range(metric: Metric) -> str:
    """``0 to 100``; an end that is infinite is open."""
    low, high = (f"{end:g}" if math.isfinite(end) else "" for end in (metric.low, metric.high))
    return f"{low} to {high}" if low and high else f"from {low}" if low else f"up to {high}" if high else "any number"


def _describe_metric(registry: Registry, metric: Metric) -> str:
    plugin = registry.origin["metrics", metric.name]
    lines = [f"{metric.name}: a metric of {plugin.origin} {plugin.version}"]
    for key, value in _summary(registry, "metrics", metric).items():
        if key not in ("name", "origin", "summary") and value is not None:
            lines.append(f"  {key}: {', '.join(value) if isinstance(value, list) else value}")
    how = "sums over items" if metric.statistics is not None else "all items, computed anew for every resample"
    lines.append(f"  computed from: {how}")
    if metric.ratio:
        lines.append("  averaged geometrically, compared by factors")
    if (signature := metric.signature()) is not None:
        lines.append(f"  signature: {signature}")
    asking = [name for name, task in registry.tasks.items() if metric.columns.keys() <= task.columns.keys()]
    lines += [f"  tasks whose items have its columns: {', '.join(asking)}"] if asking else []
    return "\n".join([*lines, *([f"  {metric.description}"] if metric.description else [])])


def _describe(registry: Registry, kind: str, thing: type[Model] | type[Task] | type[Dataset], width: int | None) -> str:
    plugin = registry.origin[kind, thing.name]
    lines = [f"{thing.name}: a {kind[:-1]} of {plugin.origin} {plugin.version}, version {thing.version}"]
    for key, value in _summary(registry, kind, thing).items():
        if key not in ("name", "origin", "summary") and value is not None:
            lines.append(f"  {key}: {', '.join(value) if isinstance(value, list) else value}")
    if issubclass(thing, Dataset):
        lines += [f"  {thing.description}", *([f"  cite: {thing.citation}"] if thing.citation else [])]
    lines.append("  fields:")
    for field in dataclasses.fields(thing):
        made = field.default_factory() if field.default_factory is not dataclasses.MISSING else field.default
        lines.append(f"    {field.name}: {field.type} = {made!r}")
    if issubclass(thing, Model):
        lines += _costs(thing, width)
    module = inspect.getmodule(thing)
    if module is not None and module.__doc__:
        lines += ["", *(f"  {line}".rstrip() for line in inspect.cleandoc(module.__doc__).splitlines())]
    return "\n".join(lines)


def _costs(model: type[Model], width: int | None) -> Iterator[str]:
    """What each role's core costs, or why that cannot be said."""
    from rnnbench.cli.costs import core_costs

    try:
        made = model() if width is None else model(width=width)
    except Exception as error:  # noqa: BLE001  a stranger's check may raise anything
        yield f"  costs: {type(error).__name__}: {error}"
        return
    yield f"  costs of a core of width {made.width}, of one sequence in float32:"
    for role in sorted(model.roles):
        try:
            costs = core_costs(made, role)
        except Exception as error:  # noqa: BLE001  and so may its build
            yield f"    {role}: {type(error).__name__}: {error}"
            continue
        operations = f"{costs.operations:,} operations a step" if costs.operations else "operations unknown"
        yield f"    {role}: {costs.parameters:,} parameters, {costs.state_bytes:,} bytes of state, {operations}"
