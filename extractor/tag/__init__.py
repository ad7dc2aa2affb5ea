"""Tag: one module a label. Each has LABEL and find(scan) -> mentions, a pure function over the repaired text."""
