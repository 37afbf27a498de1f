"""What comes in and what goes out."""

from __future__ import annotations

from member.domain.accounts import AccountState, Role
from member.domain.contracts import BeneficiaryRole, ContractStatus
from plumbing.http import fields
from plumbing.http.schema import Schema


class SignIn(Schema):
    """`identifier`: e-mail or member number; `tenant`: code or number of the mutuelle, where it is needed."""

    identifier = fields.Text(max=254, required=True)
    password = fields.Secret(required=True)
    tenant = fields.Text(max=40, load_default=None, allow_none=True)


class RefreshTokenIn(Schema):
    refresh_token = fields.Secret(required=True)


class SessionOut(Schema):
    """`expires_in`: seconds that the access token lives."""

    access_token = fields.Text(max=4096, required=True)
    refresh_token = fields.Text(required=True)
    expires_in = fields.Integer(required=True)
    id = fields.Id(required=True)
    tenant = fields.Text(max=40, required=True)
    role = fields.Choice(Role, required=True)
    display_name = fields.Text(min=0, max=512, required=True)


class ServiceClientIn(Schema):
    client_id = fields.Text(max=40, required=True)
    client_secret = fields.Secret(required=True)
    tenant = fields.Text(max=40, required=True)


class GuestIn(Schema):
    tenant = fields.Text(max=40, required=True)
    scope = fields.Text(max=80, required=True)


class TokenOut(Schema):
    access_token = fields.Text(max=4096, required=True)
    expires_in = fields.Integer(required=True)


class KeyOut(Schema):
    """A public key (RFC 7517, RFC 8037)."""

    kty = fields.Text(required=True)
    crv = fields.Text(required=True)
    x = fields.Text(required=True)
    use = fields.Text(required=True)
    alg = fields.Text(required=True)
    kid = fields.Text(required=True)


class KeySetOut(Schema):
    keys = fields.List(fields.Nested(KeyOut()), required=True)


class LinkRequest(Schema):
    identifier = fields.Text(max=254, required=True)
    tenant = fields.Text(max=40, load_default=None, allow_none=True)


class Accepted(Schema):
    """The same words whether or not there is such an account."""

    detail = fields.Text(required=True)


class Activation(Schema):
    token = fields.Secret(required=True)
    password = fields.Secret(max=1024, required=True)


class Activated(Schema):
    """What to sign in with from now on."""

    identifier = fields.Text(max=254, required=True)


class PreferencesBody(Schema):
    """How to be told that a benefit was paid."""

    benefits_by_email = fields.Boolean(required=True)
    benefits_by_sms = fields.Boolean(required=True)


class ProfileOut(Schema):
    """Who somebody is to the mutuelle; what is not known is null."""

    id = fields.Id(required=True)
    role = fields.Choice(Role, required=True)
    tenant = fields.Text(max=40, required=True)
    state = fields.Choice(AccountState, required=True)
    display_name = fields.Text(min=0, max=512, required=True)
    civility = fields.Text(max=20, required=True, allow_none=True)
    first_name = fields.Text(min=0, required=True)
    last_name = fields.Text(min=0, required=True)
    birth_name = fields.Text(required=True, allow_none=True)
    birth_date = fields.Day(required=True, allow_none=True)
    email = fields.Text(max=254, required=True)
    mobile = fields.Text(max=30, required=True, allow_none=True)
    address = fields.Text(required=True, allow_none=True)
    address_extra = fields.Text(required=True, allow_none=True)
    postcode = fields.Text(max=10, required=True, allow_none=True)
    town = fields.Text(required=True, allow_none=True)
    country = fields.Text(max=100, required=True, allow_none=True)
    member_number = fields.Text(max=12, required=True, allow_none=True)
    company = fields.Text(required=True, allow_none=True)
    marketing_objection = fields.Boolean(required=True, allow_none=True)


class BeneficiaryOut(Schema):
    """`title`: « adhérent » or « ayant-droit »; the social-security number is never shown in full."""

    id = fields.Id(required=True)
    role = fields.Choice(BeneficiaryRole, required=True)
    title = fields.Text(required=True)
    civility = fields.Text(max=20, required=True, allow_none=True)
    first_name = fields.Text(required=True)
    last_name = fields.Text(required=True)
    birth_date = fields.Day(required=True)
    nir_masked = fields.Text(max=40, required=True, allow_none=True)


class BankAccountOut(Schema):
    iban_masked = fields.Text(max=60, required=True)
    holder = fields.Text(required=True)


class ContractOut(Schema):
    """A contract; `monthly` in euros."""

    id = fields.Id(required=True)
    number = fields.Text(max=40, required=True)
    status = fields.Choice(ContractStatus, required=True)
    product_code = fields.Text(max=60, required=True)
    product_name = fields.Text(required=True)
    formula = fields.Text(max=60, required=True)
    formula_level = fields.Text(max=20, required=True)
    with_option = fields.Boolean(required=True)
    regime = fields.Text(max=60, required=True)
    monthly = fields.Amount(required=True)
    subscribed_on = fields.Day(required=True, allow_none=True)
    valid_from = fields.Day(required=True)
    debit_day = fields.Integer(required=True)
    beneficiaries = fields.List(fields.Nested(BeneficiaryOut()), required=True)
    contribution_account = fields.Nested(BankAccountOut(), required=True)
    benefit_account = fields.Nested(BankAccountOut(), required=True)


class MemberOut(ProfileOut):
    """A member as the mutuelle's managers see him."""

    contracts = fields.List(fields.Nested(ContractOut()), required=True)


class BrokerOut(Schema):
    id = fields.Id(required=True)
    company = fields.Text(required=True)
    display_name = fields.Text(required=True)
    email = fields.Text(max=254, required=True)
    phone = fields.Text(max=30, required=True)
    orias = fields.Text(max=20, required=True, allow_none=True)
