"""The queries, one file for each: its parameters, and the function that reads its result.

Most read only the read tables. The history, the explanation and the feed read the log.
"""
