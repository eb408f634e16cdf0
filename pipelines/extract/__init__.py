"""A document in, claims out: what each passage states, with provisional ids. Nothing here knows other documents."""
