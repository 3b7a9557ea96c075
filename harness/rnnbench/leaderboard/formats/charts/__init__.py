"""The charts of a leaderboard: as SVG within its page, and as SVG and PNG files of their own (``rnnbench plot``)."""
