"""When a test of memory is solved, and the metrics that it declares; their implementations load when they score."""

from rnnbench import SOLVED_MSE, Metric

STOP_MSE = SOLVED_MSE / 2
"""Training stops below this validation loss: well inside, so that the test rows agree."""
STOP_NLL = 0.005
"""In nats an answer. A wrong one costs at least ln 2, so that no more than .72 % of them are wrong."""

RECALLED = Metric("recalled", "max", "rnnbench_tasks.memory.scores:Recalled", unit="%", high=100.0)
RECALL_SOLVED = Metric("solved", "max", "rnnbench_tasks.memory.scores:RecallSolved", unit="%", high=100.0)
ADDING_SOLVED = Metric("solved", "max", "rnnbench_tasks.memory.scores:AddingSolved", unit="%", high=100.0)
