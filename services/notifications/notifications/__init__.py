"""notifications: the e-mails and SMS that leave the house, and the log of their delivery."""
