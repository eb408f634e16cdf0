"""The gold set: documents and lists in our own words, their labels, and how the pipeline is scored on them.

What belongs here: labels, the scorer and `make evaluate`. What does not: tests of single parts (`tests/extract` and
others). A third of the set (`*-aside`) is kept aside: nobody looks at its misses while working on the pipeline.
"""
