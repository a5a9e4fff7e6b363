"""A node where the chairman and the agency's clerk sign with tokens of their own: the node has the
certificates only, the keys are here."""

import base64
from dataclasses import dataclass, replace

import pytest
from asn1crypto import cms
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

from demo import province
from domain.roles import SYSTEM
from models.signing import SigningRole
from services import outgoing
from services.outgoing import Upload
from services.signing import devices, token_bindings
from services.unit_of_work import transaction
from tests.conftest import PASSWORD, demo_ca, make_node
from tests.signing_feature.conftest import DRAFT
from tests.signing_feature.conftest import Journey as ServiceJourney
from tests.visitor import Visitor

SON_TINH = replace(
    province.SON_TINH,
    agencies=(province.SON_TINH.agencies[0], province.SON_TINH.agencies[2]),
)
TOKEN_PASSPHRASE = "của token"


@dataclass(frozen=True)
class Held:
    """A key that stays with its owner, and its certificate."""

    key: object
    certificate: bytes  # DER

    def sign(self, data: bytes) -> bytes:
        return self.key.sign(data, padding.PKCS1v15(), hashes.SHA256())


def held(p12: bytes) -> Held:
    key, certificate, _ = pkcs12.load_key_and_certificates(p12, TOKEN_PASSPHRASE.encode())
    return Held(key, certificate.public_bytes(Encoding.DER))


def leaders_p12(at, name: str = "Trần Quang Vinh") -> bytes:
    return demo_ca().issue_person(
        name, title="Chủ tịch (token)", organisation="UBND huyện Sơn Tịnh",
        passphrase=TOKEN_PASSPHRASE, at=at,
    )  # fmt: skip


def agency_p12(at) -> bytes:
    return demo_ca().issue_agency(
        "Ủy ban nhân dân huyện Sơn Tịnh", code="000.00.32.H48", passphrase=TOKEN_PASSPHRASE, at=at
    )


@pytest.fixture
def node(tmp_path, database):
    app = make_node(tmp_path / "sontinh", SON_TINH, certificates=True)
    with app.app_context():
        yield app


class Journey(ServiceJourney):
    """The journey of a document whose signatures come from tokens."""

    def __init__(self, app, office, actor):
        super().__init__(app, office, actor)
        now = office.now()
        self.token, self.seal_token = held(leaders_p12(now)), held(agency_p12(now))
        self.stranger = held(leaders_p12(now, "Lê Thị Bình"))
        self.bind(SigningRole.LEADER, self.token, person_id=self.leader.person_id)

    def bind(self, role, holding: Held, **holder) -> None:
        with transaction(self.office, SYSTEM) as work:
            token_bindings.bind_token(work, role, certificate=holding.certificate, **holder)

    def bind_seal(self) -> None:
        self.bind(SigningRole.SEAL, self.seal_token, agency_id=self.clerk.agency_id)

    def paired(self, actor) -> "Machine":
        code = devices.new_code(self.office, actor)
        answer = self.app.test_client().post(
            "/signing-token/pair", json={"code": code, "name": "Máy thử", "certificates": []}
        )
        assert answer.status_code == 200, answer.text
        return Machine(self.app, answer.json["secret"])

    def asked(self):
        """A document that waits for the chairman's token."""
        doc = self.submitted()
        self.approve(doc, pin="")
        return self.now(doc.id)

    def with_files(self, *files: Upload):
        """A document with these enclosures, brought to where the clerk's token seals it."""
        form = DRAFT | {"signer_id": str(self.leader.appointment_id), "enclosures": files}
        document_id = outgoing.create(self.office, self.actor("st.chuyenvien"), form)
        for username, step in (
            ("st.chuyenvien", "submit"), ("st.truongphong", "agree"), ("st.chanhvp", "forward")
        ):  # fmt: skip
            outgoing.perform(self.office, self.actor(username), document_id, step, {})
        self.approve(self.now(document_id), pin="")
        self.paired(self.leader).sign(self.token)
        self.work()
        return self.issue(self.now(document_id), pin="")

    def page(self, username: str) -> Visitor:
        return Visitor(self.app, username, PASSWORD)


class Machine:
    """A paired computer: calls the machine endpoints with its secret."""

    def __init__(self, app, secret: str) -> None:
        self.client, self.secret = app.test_client(), secret

    def call(self, method: str, path: str, status: int = 200, **options):
        headers = {"Authorization": f"Bearer {self.secret}"}
        answer = self.client.open(
            f"/signing-token{path}", method=method, headers=headers, **options
        )
        assert answer.status_code == status, answer.text
        return answer

    def tasks(self) -> list[dict]:
        return self.call("GET", "/tasks").json["tasks"]

    def prepare(self, task_id: int, place: str = "tasks") -> dict:
        return self.call("POST", f"/{place}/{task_id}/prepare", json={}).json

    def document(self, task_id: int, nonce: str, part: int = 0) -> bytes:
        return self.call("GET", f"/tasks/{task_id}/document?nonce={nonce}&part={part}").data

    def answer(
        self, task_id: int, prepared: dict, holding: Held, status: int = 200,
        data=None, part=0, place="tasks",
    ):  # fmt: skip
        signature = holding.sign(data or attributes_of(prepared, part))
        said = {"nonce": prepared["nonce"], "part": part}
        said["signature"] = base64.b64encode(signature).decode()
        return self.call("POST", f"/{place}/{task_id}/signature", status, json=said)

    def sign(self, holding: Held) -> int:
        """Everything of the only task."""
        (task,) = self.tasks()
        place = {"document": "tasks", "copy": "copies"}[task["kind"]]
        prepared = self.prepare(task["id"], place)
        for file in prepared["files"]:
            self.answer(task["id"], prepared, holding, part=file["part"], place=place)
        return task["id"]


def attributes_of(prepared: dict, part: int = 0) -> bytes:
    (file,) = [each for each in prepared["files"] if each["part"] == part]
    return base64.b64decode(file["attributes"])


def message_digest(prepared: dict) -> bytes:
    read = cms.CMSAttributes.load(attributes_of(prepared))
    return {each["type"].native: each["values"][0].native for each in read}["message_digest"]


@pytest.fixture
def journey(node, office, actor):
    return Journey(node, office, actor)
