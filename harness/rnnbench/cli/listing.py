"""``rnnbench list`` and ``rnnbench show``: what is installed, as text or JSON."""

from __future__ import annotations

import dataclasses
import inspect
import json
from collections.abc import Iterator
from typing import Any

from rnnbench.base.errors import UserError
from rnnbench.base.messages import did_you_mean, format_error
from rnnbench.contract.metrics import Metric
from rnnbench.contract.models import Model
from rnnbench.discovery import KINDS, Registry, discover

PLUGINS = "plugins"
"""The kind of list that shows entry points, and why one could not be loaded."""


class UnknownName(UserError):
    """No plugin has this name."""


def listing(kind: str | None, as_json: bool) -> str:
    """All plugins and what they provide, or those of one kind."""
    registry = discover()
    shown = [*KINDS, PLUGINS] if kind is None else [kind]
    found = {
        kind: [_summary(registry, kind, name, thing) for name, thing in registry.named(kind).items()]
        for kind in shown
        if kind != PLUGINS
    }
    if PLUGINS in shown:
        found[PLUGINS] = [
            {"name": plugin.origin, "version": plugin.version, "module": plugin.module, "error": plugin.error}
            for plugin in registry.plugins
        ]
    return json.dumps(found, indent=1) if as_json else "\n".join(_lines(found))


def description(name: str, width: int | None = None) -> str:
    """What plugins provide under a name, in full; a model's costs are at ``width``, or at its own.

    Raises:
        UnknownName: no plugin provides it; the message gives the nearest name.
    """
    registry = discover()
    things = [(kind, registry.named(kind)[name]) for kind in KINDS if name in registry.named(kind)]
    if not things:
        names = [known for kind in KINDS for known in registry.named(kind)]
        raise UnknownName(
            f"no {', '.join(kind[:-1] for kind in KINDS[:-1])} or {KINDS[-1][:-1]} is named {name!r}"
            f"{did_you_mean(name, names)}; `rnnbench list` shows all"
        )
    return "\n\n".join(_describe(registry, kind, name, thing, width) for kind, thing in things)


def _lines(found: dict[str, list[dict[str, Any]]]) -> Iterator[str]:
    for kind, things in found.items():
        yield f"{kind}:"
        width = max((len(thing["name"]) for thing in things), default=0)
        for thing in things:
            if kind == PLUGINS:
                state = f"could not be loaded: {thing['error']}" if thing["error"] else thing["module"]
                yield f"  {thing['name']:<{width}}  {thing['version']}  {state}"
            else:
                yield f"  {thing['name']:<{width}}  {thing['summary']}  [{thing['origin']}]"


def _summary(registry: Registry, kind: str, name: str, thing: Any) -> dict[str, Any]:
    about: dict[str, Any] = {"name": name, "origin": registry.provider(kind, name).origin}
    if kind == "models":
        roles = sorted(thing.roles)
        about |= {"family": thing.family, "roles": roles, "paper": thing.paper}
        about |= {"carries_state": _carries_state(thing), "missing": thing.missing()}
        marks = [*([] if about["carries_state"] else ["carries no state"]), *filter(None, [about["missing"]])]
        about["summary"] = "; ".join([thing.family, ", ".join(roles), thing.paper, *marks])
    elif kind == "tasks":
        metrics = _metrics(thing)
        about |= {"role": thing.role, "metrics": metrics, "rows": thing.rows.__name__}
        if thing.columns:
            about["items"] = [f"{column} ({of})" for column, of in thing.columns.items()]
        about["summary"] = f"{thing.role}; {', '.join(metrics)}; rows of {thing.rows.__name__}"
    elif kind == "datasets":
        about |= {"rows": thing.rows.__name__, "embedded": thing.embedded, "licence": thing.licence}
        where = "embedded" if thing.embedded else "public"
        about["summary"] = f"{where}; rows of {thing.rows.__name__}; {thing.description}"
    elif kind == "metrics":
        about |= {"direction": thing.direction, "unit": thing.unit, "low": str(thing.low), "high": str(thing.high)}
        about["columns"] = [f"{column} ({of})" for column, of in thing.columns.items()]
        about["summary"] = (
            f"{thing.direction}, {thing.low:g} to {thing.high:g}{thing.unit and f' {thing.unit}'}; "
            f"of {', '.join(thing.columns)}"
        )
    else:
        about["summary"] = (inspect.getdoc(thing) or "").partition("\n")[0]
    return about


def _carries_state(model: type[Model]) -> bool:
    """As the model's defaults have it; of a model that cannot be made with them, what a class attribute says."""
    try:
        return model().carries_state
    except Exception:  # noqa: BLE001  a third-party plugin's check may raise anything
        return inspect.getattr_static(model, "carries_state") is not False


def _metrics(task: Any) -> list[str]:
    """Their names, with the task's default fields where they depend on those."""
    try:
        return [metric.name for metric in (task.metrics if isinstance(task.metrics, tuple) else task().metrics)]
    except Exception as error:  # noqa: BLE001  a third party's task may refuse its own defaults
        return [f"{type(error).__name__}: {error}"]


def _describe(registry: Registry, kind: str, name: str, thing: Any, width: int | None) -> str:
    plugin = registry.provider(kind, name)
    version = f", version {thing.version}" if hasattr(thing, "version") else ""
    lines = [f"{name}: {'an' if kind[0] in 'aeiou' else 'a'} {kind[:-1]} of {plugin.origin} {plugin.version}{version}"]
    for key, value in _summary(registry, kind, name, thing).items():
        if key not in ("name", "origin", "summary") and value is not None:
            lines.append(f"  {key}: {', '.join(value) if isinstance(value, list) else value}")
    if kind == "datasets":
        lines += [f"  {thing.description}", *([f"  cite: {thing.citation}"] if thing.citation else [])]
    if kind in ("models", "tasks", "datasets"):
        lines.append("  fields:")
        for field in dataclasses.fields(thing):
            made = field.default_factory() if field.default_factory is not dataclasses.MISSING else field.default
            type_ = field.type if isinstance(field.type, str) else inspect.formatannotation(field.type)
            lines.append(f"    {field.name}: {type_} = {made!r}")
    if kind == "models":
        lines += _costs(thing, width)
    if kind == "metrics":
        return "\n".join([*lines, *_computed(thing)])
    documented = thing if kind == "executors" else inspect.getmodule(thing)
    if text := inspect.getdoc(documented) if documented is not None else None:
        lines += ["", *(f"  {line}".rstrip() for line in text.splitlines())]
    return "\n".join(lines)


def _computed(metric: Metric) -> Iterator[str]:
    """How a metric is computed, and of which tasks' items it can be."""
    yield f"  computed from: {'sums over items' if metric.statistics else 'all items, and anew of every resample'}"
    if metric.ratio:
        yield "  averaged geometrically, compared by factors"
    if (signature := metric.signature()) is not None:
        yield f"  signature: {signature}"
    fitting = [name for name, task in discover().tasks.items() if metric.columns.keys() <= task.columns.keys()]
    if fitting:
        yield f"  tasks whose items have its columns: {', '.join(fitting)}"
    if metric.description:
        yield f"  {metric.description}"


def _costs(model: type[Model], width: int | None) -> Iterator[str]:
    """What each role's core costs, or why that cannot be said."""
    from rnnbench.cli.costs import core_costs

    try:
        made = model() if width is None else model(width=width)
    except Exception as error:  # noqa: BLE001  a plugin's check may raise anything
        yield f"  costs: {format_error(error)}"
        return
    yield f"  costs of a core of width {made.width}, of one sequence in float32:"
    for role in sorted(model.roles):
        try:
            costs = core_costs(made, role)
        except Exception as error:  # noqa: BLE001  and so may its build
            yield f"    {role}: {format_error(error)}"
            continue
        operations = f"{costs.operations:,} operations a step" if costs.operations else "operations unknown"
        yield f"    {role}: {costs.parameters:,} parameters, {costs.state_bytes:,} bytes of state, {operations}"
