"""The operator's view of the broker, through pika: a witness that shares nothing with the services but the protocol."""
