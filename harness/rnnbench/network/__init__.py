"""The harness's ends and adapters: everything of a network that is not a model's own core."""
