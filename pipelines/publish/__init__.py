"""Tables to release: formats, checks, the folder that appears by one rename, and what changed since the last one.

What belongs here: everything between finished tables and their readers. What does not: any decision about a value.
"""
