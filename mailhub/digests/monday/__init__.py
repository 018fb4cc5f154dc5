"""The letter of a Monday: what waits for somebody who organises or moderates, answered by number."""
