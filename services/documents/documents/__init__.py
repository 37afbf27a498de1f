"""Every file of the platform: checked, stored, handed only to its readers."""
