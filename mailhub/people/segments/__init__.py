"""Conditions that are kept under a name: read, published, counted, explained for one person."""
