"""After training: an adapter becomes a model, a model a GGUF; it answers in a terminal or over HTTP, or is shared."""
