"""Choose tables from statements: precedence, receipts, conflicts, null reasons, amounts that add up."""
