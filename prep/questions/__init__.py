"""Questions that nobody asked, for a test set that nobody trained on."""
