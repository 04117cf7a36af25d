"""The alternatives that our converter is measured against, each written as its users write it."""
