"""The outside world, one module each: packages, signatures, files, PDFs, the axis. No tables."""
