"""The demonstration's mailbox: every e-mail and SMS that was sent, on a page and in MailDev's JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from flask import Flask, abort, jsonify, render_template, send_file

_SMS_DOMAIN = "@sms.example"


def create_mailbox(folder: Path) -> Flask:
    """Return the application that reads what the notifications service put into `folder`."""
    app = Flask("mailbox", template_folder=str(Path(__file__).parent / "templates"), static_folder=None)

    @app.after_request
    def _guard(response: Any) -> Any:
        # The messages are our own HTML, and still nothing in them may run or load anything.
        response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        return response

    @app.get("/")
    def page() -> str:
        return render_template("mailbox.html", messages=_messages(folder), is_sms=_is_sms)

    @app.get("/message/<message_id>")
    def one(message_id: str) -> str:
        message = _find(folder, message_id)
        return render_template("message.html", message=message, is_sms=_is_sms(message))

    @app.get("/email")
    def listing() -> Any:
        return jsonify(_messages(folder))

    @app.get("/email/<message_id>/attachment/<name>")
    def attachment(message_id: str, name: str) -> Any:
        message = _find(folder, message_id)
        for part in message.get("attachments", []):
            if part["generatedFileName"] == name:
                path = folder / message_id / name
                return send_file(path, mimetype=part["contentType"], download_name=part["fileName"])
        return abort(404)

    return app


def _messages(folder: Path) -> list[dict[str, Any]]:
    """Return every message, newest first."""
    found = [json.loads(path.read_text()) for path in folder.glob("*.json")]
    return sorted(found, key=lambda message: str(message.get("time", "")), reverse=True)


def _find(folder: Path, message_id: str) -> dict[str, Any]:
    message = next((message for message in _messages(folder) if message["id"] == message_id), None)
    if message is None:
        abort(404)
    return message


def _is_sms(message: dict[str, Any]) -> bool:
    return any(to["address"].endswith(_SMS_DOMAIN) for to in message["to"])
