"""``leaderboard.html``: one page with everything in it. It loads nothing, and its policy forbids that it ever could."""

from rnnbench.leaderboard.formats.page.page import index, render

__all__ = ["index", "render"]
