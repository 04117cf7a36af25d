"""What this machine can run, and what to do about the rest; knows libraries and files, no other room but `settings`."""
