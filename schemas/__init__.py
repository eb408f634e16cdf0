"""The data contract: one Pandera model a table, and everything that is derived from it.

What belongs here: what a table is (columns, types, units, keys, codelists, null rules, meanings in English and
Japanese). What does not: where values come from and what is done with them. Imports nothing of ours.
"""
