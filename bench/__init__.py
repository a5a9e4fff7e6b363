"""Figures of the product, measured on a running demo province (`make bench`)."""
