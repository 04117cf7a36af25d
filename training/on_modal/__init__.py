"""Runs on Modal, through Axolotl's own client for it."""
