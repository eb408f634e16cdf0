"""Deployment: what deploy/ says, and its services started without docker."""
