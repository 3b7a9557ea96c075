"""The results folder: its files as typed records, and the functions that read, write and lock them."""
