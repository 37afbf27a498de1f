"""`make secrets` draws what is missing and no more, tells nobody what is not his, and changes one at a time."""

from __future__ import annotations

import hashlib
import json
import re
import ssl
import stat
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography import x509

from deploy.embedded.settings import environments
from deploy.stack.secret_files import SecretFiles, rights
from plumbing.service import Service
from tests.support.sources import SPEAKING
from tests.support.stack_ground import permissions

HOST = "assurance.example"
OPENING = ("quoting.fields", "quoting.sealing", "signature.otp", "member.token")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    SecretFiles(tmp_path / "secrets").write(HOST)
    return tmp_path / "secrets"


def texts(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_second_call_changes_nothing(folder: Path) -> None:
    before = texts(folder)
    SecretFiles(folder).write(HOST)
    assert texts(folder) == before


def test_nobody_but_the_owner_enters_the_folder(folder: Path) -> None:
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    folder.chmod(0o755)
    SecretFiles(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    # What containers read is theirs to read, and what nothing reads is the owner's alone.
    assert {stat.S_IMODE(path.stat().st_mode) for path in (folder / "quoting").iterdir()} == {0o444}
    assert {stat.S_IMODE(path.stat().st_mode) for path in (folder / "drawn").iterdir()} == {0o400}


def test_every_secret_is_long_and_of_its_own(folder: Path) -> None:
    drawn = [path.read_text() for path in (folder / "drawn").iterdir() if path.suffix != ".salt"]
    assert len(set(drawn)) == len(drawn)
    assert min(map(len, drawn)) >= 43


@pytest.mark.parametrize("service", SPEAKING)
def test_a_service_starts_with_its_folder(service: str, folder: Path, tmp_path: Path) -> None:
    """As the compose file hands it over: no secret in the environment, all of them in files, no demonstration."""
    module: Service = __import__(f"{service}.__main__", fromlist=["SERVICE"]).SERVICE
    usual = environments(tmp_path / "state", f"https://{HOST}")[service]
    secret = {"DATABASE_URL", "BUS_URL", "SERVICE_SECRET", "FIELD_KEY", "SEALING_KEY", "TOKEN_KEY", "SERVICE_CLIENTS"}
    settings = {name: value for name, value in usual.items() if name not in secret | {"OTP_KEY"}}
    settings["SEALING_KEYS_DIR"] = str(folder / "public" / "sealing")
    for path in (folder / service).iterdir():
        settings[f"{path.name.upper()}_FILE"] = str(path)
    module.load(settings)
    assert urlsplit((folder / service / "database_url").read_text()).username == service
    assert urlsplit((folder / f"{service}-owner" / "database_url").read_text()).username == f"{service}_owner"


def test_the_sealer_knows_all_but_the_key_of_the_codes(folder: Path) -> None:
    apart, service = ({path.name for path in (folder / name).iterdir()} for name in ("sealer", "signature"))
    assert service - apart == {"otp_key"}


def test_member_knows_prints_and_no_secret_of_the_others(folder: Path) -> None:
    clients = (folder / "member" / "service_clients").read_text()
    for service in SPEAKING:
        secret = (folder / service / "service_secret").read_text()
        assert secret not in clients
        assert f"{service}=sha256:{hashlib.sha256(secret.encode()).hexdigest()}" in clients.split()


def test_the_broker_gets_accounts_with_rights_on_their_own(folder: Path) -> None:
    definitions = json.loads((folder / "rabbitmq" / "definitions.json").read_text())
    assert {user["name"] for user in definitions["users"]} == {*SPEAKING, "operator"}
    assert {user["name"] for user in definitions["users"] if user["tags"]} == {"operator"}
    for service in SPEAKING:
        assert rights(service) == permissions(service)  # what the journeys on real servers run with
    names = {exchange["name"] for exchange in definitions["exchanges"]}
    assert names == {"parapluie.events", "parapluie.partners", "parapluie.unheard", "parapluie.unheard.partners"}
    password = urlsplit((folder / "quoting" / "bus_url").read_text()).password
    assert password is not None
    assert password not in (folder / "rabbitmq" / "definitions.json").read_text()


def test_one_secret_is_drawn_anew_and_the_others_stay(folder: Path) -> None:
    before = texts(folder)
    files = SecretFiles(folder)
    files.rotate("quoting.bus")
    files.write(HOST)
    changed = {name for name, text in texts(folder).items() if text != before[name]}
    assert changed == {"drawn/quoting.bus", "quoting/bus_url", "rabbitmq/definitions.json"}


def test_a_client_secret_is_taken_beside_the_one_before(folder: Path) -> None:
    old = (folder / "quoting" / "service_secret").read_text()
    files = SecretFiles(folder)
    files.rotate("quoting.client")
    files.write(HOST)
    new = (folder / "quoting" / "service_secret").read_text()
    listed = (folder / "member" / "service_clients").read_text().split()
    assert new != old
    assert {f"quoting=sha256:{hashlib.sha256(each.encode()).hexdigest()}" for each in (old, new)} <= set(listed)


@pytest.mark.parametrize("name", OPENING)
def test_what_opens_older_things_is_not_drawn_anew(name: str, folder: Path) -> None:
    with pytest.raises(LookupError, match="opens what was written"):
        SecretFiles(folder).rotate(name)


def test_the_demonstrations_certificate_is_believed_by_who_trusts_its_authority(folder: Path) -> None:
    context = ssl.create_default_context(cafile=str(folder / "public" / "authority.crt"))
    assert context.cert_store_stats()["x509_ca"] == 1
    chain = x509.load_pem_x509_certificates((folder / "gateway" / "tls.crt").read_bytes())
    chain[0].verify_directly_issued_by(chain[1])
    names = chain[0].extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert {HOST, "localhost"} == set(names.get_values_for_type(x509.DNSName))
    # Nothing can ever be signed with it again.
    assert not any(re.search("authority.*key", str(path)) for path in folder.rglob("*"))


def test_an_operators_own_certificate_stays(folder: Path) -> None:
    for name in ("tls.key", "tls.crt"):
        path = folder / "gateway" / name
        path.chmod(0o600)
        path.write_text("the operator's own")
    SecretFiles(folder).write(HOST)
    assert (folder / "gateway" / "tls.key").read_text() == "the operator's own"
