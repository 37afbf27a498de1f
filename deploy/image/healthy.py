#!/usr/bin/python3 -IS
"""`healthy PORT PATH…`: 0 when each path is answered with 200. Asked every few seconds, so it loads next to nothing."""

import socket
import sys

_SECONDS = 4.0


def answers(port: int, path: str) -> bool:
    """Return whether GET says 200."""
    question = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    try:
        with socket.create_connection(("127.0.0.1", port), _SECONDS) as connection:
            connection.sendall(question.encode())
            return connection.recv(64).split(b" ", 2)[1:2] == [b"200"]
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(not all(answers(int(sys.argv[1]), path) for path in sys.argv[2:]))
