"""The same catalogue without CQRS: what a good Django developer would write, to compare with.

Normalised tables with the right indexes, select_related and prefetch_related, aggregates as annotations, cursor
pagination, the ORM's own idiom for writing. It has settings of its own and shares no code with the service.
"""
