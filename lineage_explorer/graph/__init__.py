"""Frames as a graph: integer arrays that answer, networkx when asked for, and selections."""
