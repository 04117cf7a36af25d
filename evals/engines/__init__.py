"""What generates: transformers in this process, vLLM, or an OpenAI-compatible server; each as an lm-eval model."""
