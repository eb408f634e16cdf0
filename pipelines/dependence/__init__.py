"""Production, trade and controls -> concentration, suppliers, mirror gaps and what each project is exposed to.

What belongs here: figures computed from several reconciled tables, each with the receipts of its inputs. What does
not: choosing between sources (`reconcile/`) and reading agency files (`ingest/readers/`).
"""
