"""Exports a results folder to formats of other tools."""
