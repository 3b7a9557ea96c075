"""A sentiment task that goes wrong in one way."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from hostile_lab.models import act
from rnnbench_tasks.sentiment import MAJORITY, Sentiment


@dataclass(frozen=True, kw_only=True)
class HostileTask(Sentiment):
    name = "hostile-task"

    case: str = "clean"

    def fit(self, rows):
        act(self.case, "fit")
        return super().fit(rows)

    def batches(self, data, size, order):
        act(self.case, "train")
        yield from super().batches(data, size, order)

    def evaluation(self, data, size):
        for number, batch in enumerate(super().evaluation(data, size)):
            if self.case == "row-missing" and not number:
                continue
            kept = len(batch.rows) - (self.case == "rows-of-another")
            yield dataclasses.replace(batch, rows=batch.rows[:kept])
            if self.case == "row-twice":
                yield batch

    def items(self, encoding, data, scored):
        act(self.case, "evaluate")
        if self.case == "no-items":
            for _ in scored:
                pass
            return None
        items = dict(super().items(encoding, data, scored))
        if self.case == "item-missing":
            items["label"] = items["label"][1:]
        if self.case == "item-nan":
            items["nll"] = [float("nan"), *items["nll"][1:]]
        return items

    def baselines(self):
        return (MAJORITY,)
