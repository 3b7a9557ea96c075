"""When a test of memory is solved, and the metrics that say so."""

from rnnbench import find_metric

RECALLED = find_metric("recalled")
RECALL_SOLVED = find_metric("solved", ("right", "count"))
ADDING_SOLVED = find_metric("solved", ("squared_error", "count"))

STOP_MSE = 0.005
"""Training stops below this validation loss: half of what solves the task, so that the test rows agree."""
STOP_NLL = 0.005
"""In nats an answer. A wrong one costs at least ln 2, so that no more than .72 % of them are wrong."""
