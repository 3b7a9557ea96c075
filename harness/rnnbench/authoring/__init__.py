"""Helpers for plugin authors: checks of fields, vocabularies, ragged columns, and the order of rows in batches."""
