"""Pages for people; `python -m docs` rewrites the one that is made of the schemas."""
