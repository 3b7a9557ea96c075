"""Plan and records to leaderboards: pure, without plugins and training code, and quick to start."""

from rnnbench.leaderboard.board import Board
from rnnbench.leaderboard.formats import FORMATS, read_board, write_all
from rnnbench.leaderboard.table import board

__all__ = ["FORMATS", "Board", "board", "read_board", "write_all"]
