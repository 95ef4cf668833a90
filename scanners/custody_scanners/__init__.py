"""Labels and scanning: symbols drawn for printers, pictures and wedge scanners read, nothing believed unchecked."""
