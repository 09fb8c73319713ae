"""A mail server that keeps what it receives: a line of JSON in a file for each thing that happened.

    smtp_sink.py PORT FILE [--tls] [--login USER:PASSWORD]

What it answers depends on the local part of the recipient:

    gone    550, always
    busy    451 at the first try of this address, then 250
    slow    takes a second and a half over the content before it answers
    others  250
"""

import argparse
import asyncio
import datetime
import email
import email.policy
import json
import ssl
import tempfile

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult


class Sink:
    def __init__(self, path):
        self.file = open(path, "a", encoding="utf-8")
        self.met = set()

    def tell(self, **event):
        self.file.write(json.dumps(event) + "\n")
        self.file.flush()

    async def handle_NOOP(self, server, session, envelope, argument):
        self.tell(event="noop")
        return "250 well"

    async def handle_RCPT(self, server, session, envelope, address, options):
        local = address.partition("@")[0]
        reply = "250 taken"
        if local == "gone":
            reply = f"550 5.1.1 <{address}>: nobody here has that name"
        elif local == "busy" and address not in self.met:
            reply = f"451 4.3.0 <{address}>: try again"
        self.met.add(address)
        self.tell(event="recipient", to=address, reply=int(reply[:3]))
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server, session, envelope):
        self.tell(event="content", to=envelope.rcpt_tos)
        if envelope.rcpt_tos[0].startswith("slow@"):
            await asyncio.sleep(1.5)
        raw = envelope.original_content
        message = email.message_from_bytes(raw, policy=email.policy.default)
        parts = {part.get_content_type(): part.get_content() for part in message.walk() if not part.is_multipart()}
        defects = [str(defect) for part in message.walk() for defect in part.defects]
        defects += [str(defect) for _, value in message.items() for defect in getattr(value, "defects", [])]
        self.tell(
            event="message",
            sender=envelope.mail_from,
            to=envelope.rcpt_tos,
            headers=[[name, str(value)] for name, value in message.items()],
            kind=message.get_content_type(),
            order=[part.get_content_type() for part in message.iter_parts()],
            text=parts.get("text/plain"),
            html=parts.get("text/html"),
            defects=defects,
            ascii=raw.isascii(),
        )
        return "250 kept"


def certificate():
    """A key and a certificate that nobody vouches for, in one file."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID
    import ipaddress

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.timezone.utc)
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
    made = builder.add_extension(names, critical=False).sign(key, hashes.SHA256())
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = tempfile.NamedTemporaryFile(suffix=".pem", delete=False)
    file.write(pem + made.public_bytes(serialization.Encoding.PEM))
    file.close()
    return file.name


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("file")
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("--login")
    arguments = parser.parse_args()
    sink = Sink(arguments.file)
    options = {}
    if arguments.tls:
        options["ssl_context"] = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        options["ssl_context"].load_cert_chain(certificate())
    if arguments.login:
        user, password = arguments.login.split(":", 1)

        def authenticate(server, session, envelope, mechanism, data):
            right = (data.login, data.password) == (user.encode(), password.encode())
            sink.tell(event="login", right=right)
            return AuthResult(success=right, handled=False)

        options.update(authenticator=authenticate, auth_required=True, auth_require_tls=False)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    controller = Controller(sink, hostname="127.0.0.1", port=arguments.port, **options)
    # The controller would look whether it answers, with its own idea of TLS; whoever started this does that.
    server = loop.create_server(controller._factory_invoker, "127.0.0.1", arguments.port, ssl=options.get("ssl_context"))
    loop.run_until_complete(server)
    loop.run_forever()


main()
