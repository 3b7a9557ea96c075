"""From plan and records to leaderboards: pure, without plugins and training code, and quick to import."""

from rnnbench.leaderboard.board import Board
from rnnbench.leaderboard.files import write_all
from rnnbench.leaderboard.formats import FORMATS, Format
from rnnbench.leaderboard.results import Results, read_board, read_results
from rnnbench.leaderboard.table import make_board

__all__ = ["FORMATS", "Board", "Format", "Results", "make_board", "read_board", "read_results", "write_all"]
