"""Used by all layers: random streams, the version of the numbers, containment of third-party code, messages, errors."""
