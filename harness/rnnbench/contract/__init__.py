"""What models, tasks, datasets and the harness agree on. Imports nothing heavy: no torch, no pandas.

Tensors are batch-first. The suffix of a name gives its shape: B batch, T steps, S source steps,
E embedding width, D core width, V vocabulary, H horizon, C channels.
"""
