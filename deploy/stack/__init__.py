"""The compose stack: its secrets, its start, the rolling of one service, its end. `make up` and its sisters call it."""
