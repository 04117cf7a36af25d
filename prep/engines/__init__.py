"""Where the converter runs: in this process, on a cluster, or in the provider's batches."""
