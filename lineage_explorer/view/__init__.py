"""Lineage as pictures: one scene, drawn live in the notebook, as SVG, as one HTML file."""
