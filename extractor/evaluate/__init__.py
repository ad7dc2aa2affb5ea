"""Measure the extractor on gold annotations: readers and writers of annotation formats, matching, figures, reports."""
