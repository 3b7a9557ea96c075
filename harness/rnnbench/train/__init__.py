"""Training one network: the loop, validation, optimiser and schedule, and checkpoints."""
