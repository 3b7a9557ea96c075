"""Plan and records to leaderboards: pure, without plugins and training code, and quick to start."""

from rnnbench.leaderboard.board import Board
from rnnbench.leaderboard.formats.files import FORMATS, read_board, render_page, write_all
from rnnbench.leaderboard.results import Results, read_results
from rnnbench.leaderboard.table import board

__all__ = ["FORMATS", "Board", "Results", "board", "read_board", "read_results", "render_page", "write_all"]
