"""What surrounds Axolotl: base models made without a hub, configs checked and rendered, the launch."""
