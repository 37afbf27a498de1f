"""The only room that touches the sealing key, so that it can move to a process of its own."""
