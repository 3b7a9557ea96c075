"""What will run and what will not, decided before anything trains: sizes, run ids, and a reason for each skip."""

from rnnbench.plan.planner import Assignment, Draft, Unplannable, draft

__all__ = ["Assignment", "Draft", "Unplannable", "draft"]
