"""Who takes messages: a mail server, the demonstration mailbox, an SMS gateway reached by mail. Interchangeable."""
