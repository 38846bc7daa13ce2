"""A mail server that keeps what it gets, and a web server whose webhooks are verified by the Standard Webhooks library.

Whatever arrives is a line of JSON in the file `arrived` of this folder; the ports are in the file `ports`.
"""

import json
import os
import socket
import ssl
import sys
import threading
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from standardwebhooks.webhooks import Webhook

secret, certificate, key = sys.argv[1:4]
lock = threading.Lock()


def arrived(what):
    with lock, open("arrived", "a") as file:
        file.write(json.dumps(what) + "\n")


class Mailbox:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 no such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        message = message_from_bytes(envelope.content, policy=policy.default)
        parts = {part.get_content_type(): part.get_content() for part in message.walk() if not part.is_multipart()}
        arrived({
            "mail": dict(message.items()),
            "to": envelope.rcpt_tos,
            "encrypted": session.ssl is not None,
            "authenticated": session.authenticated,
            "text": parts.get("text/plain"),
            "html": parts.get("text/html"),
        })
        return "250 OK"


class Web(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = {"path": self.path, "headers": headers, "body": json.loads(body)}
        if self.path == "/hook":
            # Raises, and so answers nothing, if it is not signed with our key just now.
            answer["verified"] = Webhook(secret).verify(body, headers)
        arrived(answer)
        self.send_response(202 if self.path == "/v2/enqueue" else 200)
        self.end_headers()

    def do_GET(self):
        self.send_response(200)
        self.end_headers()

    def log_message(self, *arguments):
        pass


def authenticate(server, session, envelope, mechanism, login):
    right = mechanism == "PLAIN" and (login.login, login.password) == (b"firebell", b"only-we-know")
    return AuthResult(success=right)


context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.load_cert_chain(certificate, key)
# Port 0: any free one.
smtp = Controller(
    Mailbox(),
    hostname="127.0.0.1",
    port=0,
    tls_context=context,
    require_starttls=True,
    auth_required=True,
    authenticator=authenticate,
)
# The controller wants to see somebody connect, at the port that it was told, which is not the one that it got.
smtp._trigger_server = lambda: socket.create_connection(smtp.server.sockets[0].getsockname()).recv(100)
smtp.start()
web = ThreadingHTTPServer(("127.0.0.1", 0), Web)
ports = {"smtp": smtp.server.sockets[0].getsockname()[1], "web": web.server_port}
with open("ports.new", "w") as file:
    json.dump(ports, file)
os.rename("ports.new", "ports")
web.serve_forever()
