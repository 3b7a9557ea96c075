"""Runs what a plan says: one fresh process a run, records as they finish, resumed where it was stopped."""
