"""What every layer stands on: named random streams, the version of the numbers, and containment of third-party code."""
