"""What keeps us from KFP is said in words that tell what to do, and no secret is among them."""

import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta

import pytest

from components.errors import InputError
from pipeline.kubeflow.client.connection import Connection
from pipeline.kubeflow.client.errors import Refused, Unanswered
from pipeline.kubeflow.client.server import connected

SECRET = "s3cr3t-t0k3n"


def refusal(connection):
    with pytest.raises(InputError) as error:
        connected(connection)
    assert SECRET not in str(error.value)
    return str(error.value)


def of(host, **options):
    return Connection.of(host, **{"environment": {}, "timeout": 5, **options})


@pytest.mark.parametrize(
    ("host", "says"),
    [
        (None, "--host is missing"),
        ("localhost:8080", "an address such as"),
        ("http://", "an address such as"),
        ("ftp://kfp", "an address such as"),
        ("http://kfp:port", "an address such as"),
        ("http://[::1", "an address such as"),
        (f"http://me:{SECRET}@kfp", "a user or a password"),
        ("http://kfp/#/experiments", "the address of a page"),
        ("http://kfp/pipeline?ns=me", "the address of a page"),
    ],
)
def test_a_malformed_host_is_refused_before_anything_is_asked(host, says):
    with pytest.raises(InputError, match=says) as error:
        of(host)
    assert SECRET not in str(error.value)


def test_host_and_token_come_from_the_environment_where_no_option_says_them():
    found = Connection.of(
        None,
        environment={"KF_PIPELINES_ENDPOINT": "https://kfp/", "KF_PIPELINES_TOKEN": f"{SECRET}\n"},
    )
    assert (found.host, found.token()) == ("https://kfp", SECRET)
    assert SECRET not in repr(found)
    assert of("http://kfp/pipeline/apis/v2beta1/").host == "http://kfp/pipeline"


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("namespace", "My_Team", "lower-case letters"),
        ("timeout", 0, "more than 0"),
        ("ca_file", "missing.pem", "no such file"),
        ("token_file", "missing", "cannot read it"),
        ("ui", "kfp", "--ui kfp: an address"),
    ],
)
def test_each_option_is_checked(option, value, says, tmp_path):
    value = tmp_path / value if option.endswith("_file") else value
    with pytest.raises(InputError, match=says):
        of("http://kfp", **{option: value})


@pytest.mark.parametrize("content", ["", "a token with spaces", b"\xff\xfe"])
def test_a_token_file_holds_one_token(content, tmp_path):
    file = tmp_path / "token"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError, match=f"--token-file {file}"):
        of("http://kfp", token_file=file)


def test_a_token_file_is_read_anew_for_each_request(kfp, tmp_path):
    kfp.token = "first"
    file = tmp_path / "token"
    file.write_text("first\n")
    server = connected(of(kfp.url, token_file=file))
    kfp.token = "second"
    with pytest.raises(Refused):
        server.experiment("digits")
    file.write_text("second\n")
    assert server.experiment("digits") is None


def test_nobody_listens():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host = f"http://127.0.0.1:{free.getsockname()[1]}"
    assert refusal(of(host)) == (
        f"{host}: nobody listens there; is it up, and is a port-forward running?"
    )


def test_no_machine_has_the_name():
    host = "http://no-such-machine.invalid"
    assert refusal(of(host)) == f"{host}: no machine has that name"


def test_no_answer_comes(kfp):
    kfp.fault("healthz", "hang")
    assert refusal(of(kfp.url, timeout=0.2)) == (
        f"{kfp.url}: cannot ask for its health: no answer within 0.2 s (--timeout)"
    )


def test_the_connection_breaks(kfp):
    kfp.fault("experiments", "reset")
    assert "cannot list the experiments: the connection broke" in refusal(of(kfp.url))


@pytest.mark.parametrize(
    ("what", "with_token", "without"),
    [
        (401, "it may have expired (401): as ordered", "--token-file FILE or KF_PIPELINES_TOKEN"),
        (302, "a login page answered instead of KFP (302); the token", "give --token-file"),
        ("login", "a login page answered instead of KFP (200); the token", "give --token-file"),
    ],
)
def test_who_asks_is_not_known(kfp, what, with_token, without):
    kfp.fault("healthz", what, times=2)
    environment = {"KF_PIPELINES_TOKEN": SECRET}
    assert with_token in refusal(Connection.of(kfp.url, environment=environment))
    assert without in refusal(of(kfp.url))


def test_a_token_is_not_carried_to_where_a_redirection_points(kfp):
    kfp.fault("healthz", 307)
    refusal(Connection.of(kfp.url, environment={"KF_PIPELINES_TOKEN": SECRET}))
    assert kfp.requests == []


def test_a_session_is_shown_as_a_cookie(kfp):
    seen = []
    original = kfp.handle

    def handle(method, url, headers, raw):
        seen.append(headers["Cookie"])
        return original(method, url, headers, raw)

    kfp.handle = handle
    connected(Connection.of(kfp.url, environment={"KF_PIPELINES_COOKIE": "session=1"}))
    assert set(seen) == {"session=1"}


@pytest.mark.parametrize("what", [404, "page"])
def test_it_is_another_server_or_the_page_of_one(kfp, what):
    kfp.fault("healthz", what)
    assert "a web page answered instead of KFP's API" in refusal(of(kfp.url))


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (400, "cannot list the experiments (400): as ordered"),
        (403, "cannot list the experiments: you may not (403): as ordered"),
        (500, "cannot list the experiments: the server failed (500): as ordered; try again"),
        (503, "the server failed (503)"),
    ],
)
def test_every_other_status_comes_with_the_servers_words(kfp, status, says):
    kfp.fault("experiments", status)
    assert says in refusal(of(kfp.url))


def test_a_server_for_many_users_needs_a_namespace_that_it_knows(kfp):
    kfp.multi_user, kfp.namespaces = True, ("team",)
    assert "--namespace says in whose profile" in refusal(of(kfp.url))
    assert "--namespace tema: unknown, or not open to you" in refusal(of(kfp.url, namespace="tema"))
    assert connected(of(kfp.url, namespace="team")).experiment("digits") is None
    assert kfp.changes() == []


def test_a_server_for_one_user_has_none(kfp):
    assert "leave it out" in refusal(of(kfp.url, namespace="team"))


def test_what_is_not_certain_to_have_failed_is_asked_once(kfp):
    kfp.fault("experiments", "reset after", times=9)
    with pytest.raises(Unanswered):
        connected(of(kfp.url))
    assert sum("experiments" in each for each in kfp.requests) == 1


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path):
    certificate, key = _self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(20)

        def accept():
            for _ in range(2):
                plain, _ = listening.accept()
                try:
                    with context.wrap_socket(plain, server_side=True) as secure:
                        secure.recv(4096)
                        secure.sendall(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")
                except OSError:
                    plain.close()

        thread = threading.Thread(target=accept)
        thread.start()
        host = f"https://127.0.0.1:{listening.getsockname()[1]}"
        assert f"{host}: no trust in its certificate (--ca-file FILE)" in refusal(of(host))
        assert "it asks who you are" in refusal(of(host, ca_file=certificate))
        thread.join()


def test_a_file_without_certificates_is_refused(tmp_path):
    file = tmp_path / "ca.pem"
    file.write_text("none")
    with pytest.raises(InputError, match=f"--ca-file {file}: no certificates in PEM"):
        of("https://127.0.0.1:9", ca_file=file)


def _self_signed(folder):
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "kfp")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .sign(key, hashes.SHA256())
    )
    certificate, key_file = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate, key_file
