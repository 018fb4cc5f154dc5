"""Journeys: what is sent to a person step by step, what they are asked, and what happens next."""
