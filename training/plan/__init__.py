"""What a run needs before it is paid for: memory by tracking a real step without weights, steps, time and cost."""
