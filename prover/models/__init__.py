"""Policies with weights: models on this machine or behind a server, and the dialects in which they are asked."""
