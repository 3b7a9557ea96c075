"""The built-in tasks and their datasets: an ordinary plugin."""

from __future__ import annotations

from rnnbench import Dataset, Task, hookimpl
from rnnbench_tasks.embedded import EMBEDDED
from rnnbench_tasks.forecasting import Forecasting
from rnnbench_tasks.language_modelling import LanguageModelling
from rnnbench_tasks.memory import MEMORY_DATASETS, MEMORY_TASKS
from rnnbench_tasks.own import OWN
from rnnbench_tasks.polyphonic_music import PolyphonicMusic
from rnnbench_tasks.public import PUBLIC
from rnnbench_tasks.sentiment import Sentiment
from rnnbench_tasks.tagging import Tagging
from rnnbench_tasks.translation import Translation


@hookimpl
def rnnbench_tasks() -> tuple[type[Task], ...]:
    """What can be asked."""
    return (LanguageModelling, Sentiment, Translation, Forecasting, Tagging, PolyphonicMusic, *MEMORY_TASKS)


@hookimpl
def rnnbench_datasets() -> tuple[type[Dataset], ...]:
    """What it can be asked about."""
    return (*EMBEDDED, *MEMORY_DATASETS, *PUBLIC, *OWN)
