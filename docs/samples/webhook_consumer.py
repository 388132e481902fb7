"""A receiver of RetailOps webhooks, standard library only: python3 webhook_consumer.py PORT, with the secret in WEBHOOK_SECRET.

It does what every receiver should: verify the signature over the raw bytes, answer soon, take each message once, and keep the newest state of each subject.
A real one keeps `seen` and `newest` in its database, in the transaction of what it does with the message.
"""
import base64
import hashlib
import hmac
import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock

seen, newest, lock = set(), {}, Lock()


def verified(secret, headers, body, tolerance=300):
    """Standard Webhooks 1.0: v1, and base64 of HMAC-SHA256 over id.timestamp.body; while a secret is changed there are two signatures."""
    ident, at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not at.isdigit() or abs(time.time() - int(at)) > tolerance:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    own = "v1," + base64.b64encode(hmac.new(key, f"{ident}.{at}.".encode() + body, hashlib.sha256).digest()).decode()
    return any(hmac.compare_digest(own, other) for other in headers.get("webhook-signature", "").split())


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if not verified(os.environ["WEBHOOK_SECRET"], self.headers, body):
            return self.answer(401)
        event = json.loads(body)
        with lock:
            if event["id"] in seen:
                print("again", event["id"], flush=True)
                return self.answer(204)
            seen.add(event["id"])
            subject, sequence = event.get("subject"), int(event.get("sequence", 0))
            if sequence >= newest.get(subject, 0):
                newest[subject] = sequence
                print("took", event["type"], subject, sequence, flush=True)
            else:
                print("older", event["type"], subject, sequence, flush=True)
        self.answer(204)

    def answer(self, status):
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 0), Receiver)
    print("listening", server.server_address[1], flush=True)
    server.serve_forever()
