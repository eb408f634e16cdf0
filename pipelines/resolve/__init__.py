"""Surface forms -> ids, claims without key -> rows, and what reviewers decided about both."""
