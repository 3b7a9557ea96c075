"""Plugins that are only fields and rules. They declare; they never work."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import Field

from rnnbench.contract.datasets import Dataset, LabelledText, Observation, TextLine
from rnnbench.contract.models import Family, Model, Role
from rnnbench.contract.tasks import Task


@dataclass(frozen=True, kw_only=True)
class Elman(Model):
    name, paper, family, roles = "elman", "", Family.RECURRENT, frozenset({Role.CAUSAL})

    layers: int = 2
    dropout: float = 0.0
    nonlinearity: Literal["tanh", "relu"] = "tanh"
    inner_width: int | None = None
    kinds: tuple[str, ...] = ()
    rate: Annotated[float, Field(gt=0)] | Literal["auto"] = "auto"
    cell_fields: dict[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.layers < 1:
            raise ValueError(f"layers is {self.layers}, expected at least 1")
        if self.width % 2:
            raise ValueError("an odd size is of no use")
        if self.dropout > 1:
            raise RuntimeError("a plugin's own trouble\nin two lines")

    def build(self, role: Role) -> Any:
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Lstm(Elman):
    name = "lstm"


@dataclass(frozen=True, kw_only=True)
class Unreadable(Elman):
    name = "unreadable"

    strange: Nowhere = None  # type: ignore[name-defined]  # noqa: F821  as under `if TYPE_CHECKING`


@dataclass(frozen=True, kw_only=True)
class LanguageModelling(Task):
    name, role, rows, metrics, block = "language-modelling", Role.CAUSAL, TextLine, (), ""

    units: Literal["words", "characters", "bpe"] = "words"
    vocabulary: int | None = None


@dataclass(frozen=True, kw_only=True)
class Sentiment(Task):
    name, role, rows, metrics, block = "sentiment", Role.ENCODER, LabelledText, (), ""

    def baselines(self) -> tuple[Any, ...]:
        return ()


@dataclass(frozen=True, kw_only=True)
class GrammarText(Dataset):
    name, rows, description, licence = "grammar-text", TextLine, "", ""

    train_rows: int = 10


@dataclass(frozen=True, kw_only=True)
class Reviews(Dataset):
    name, rows, description, licence = "reviews", LabelledText, "", ""


@dataclass(frozen=True, kw_only=True)
class Series(Dataset):
    name, rows, description, licence = "series", Observation, "", ""


for _fake in (LanguageModelling, Sentiment, GrammarText, Reviews, Series):
    _fake.__abstractmethods__ = frozenset()
