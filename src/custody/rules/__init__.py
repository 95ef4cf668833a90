"""What is refused and what is a defect: lists of named functions over facts, and the data they go by."""
