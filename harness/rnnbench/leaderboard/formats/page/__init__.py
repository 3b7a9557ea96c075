"""``leaderboard.html``: one page with everything in it, whose content security policy forbids to load anything."""

from rnnbench.leaderboard.formats.page.page import index, render

__all__ = ["index", "render"]
