"""What the acts add up to: pure folds over recorded acts, as corrections make them read."""
