"""The files that a leaderboard is written as."""
