"""The benchmarks of `make bench`. They compare this service with other ways to do its work, on one machine.

Both sides of a comparison run in turns, within the same minutes.
"""
