"""A results folder in the formats of others."""
