"""The baseline of the benchmarks: an equal catalogue without CQRS, as a good Django developer would write it.

It has normalised tables with the right indexes, select_related and prefetch_related, aggregates as annotations, cursor
pagination, and writes through the ORM. It has its own settings and shares no code with the service.
"""
