"""Tables, templates, the mail server, the demonstration mailbox and the documents service."""
