"""A transparency log in the C2SP formats: Merkle tree, notes, checkpoints, tiles, proofs. Knows nothing of custody."""
