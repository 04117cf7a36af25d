"""Consultations in, a dataset of outlined answers out."""
