"""What member decides: who may come in, with which password, for how long; what a contract says."""
