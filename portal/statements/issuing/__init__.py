"""Statement runs: prepared, checked, sampled, issued in slices, watched."""
