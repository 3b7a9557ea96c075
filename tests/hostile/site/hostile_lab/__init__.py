"""A distribution of plugins that misbehave, each in the way that its ``case`` names; ``case="clean"`` behaves well."""

from hostile_lab.data import HostileData
from hostile_lab.models import Hostile, HostileEncoder, HostileSeq2Seq
from hostile_lab.tasks import HostileTask
from rnnbench import hookimpl


@hookimpl
def rnnbench_models():
    return (Hostile, HostileEncoder, HostileSeq2Seq)


@hookimpl
def rnnbench_tasks():
    return (HostileTask,)


@hookimpl
def rnnbench_datasets():
    return (HostileData,)
