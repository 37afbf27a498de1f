"""The papers that a client signs: advice sheet, membership form, SEPA mandate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from plumbing.clock import paris_date
from quoting.adapters.papers.frame import frame, needs_rows
from quoting.adapters.papers.quote_paper import advice_words
from quoting.adapters.papers.words import euros, grouped_iban, grouped_nir, long_date, long_moment, phone, short_date
from quoting.adapters.typography import french
from quoting.domain.catalogue import Insurer, Product, Regime
from quoting.domain.people import Broker
from quoting.domain.quote import Quote
from quoting.domain.subscription import Assistance, SignatureMode, Subscription

ADVICE = "advice"
MEMBERSHIP_FORM = "bia"
MANDATE = "mandate"
TITLES = {
    ADVICE: "Fiche d’information et de conseil",
    MEMBERSHIP_FORM: "Bulletin individuel d’adhésion",
    MANDATE: "Mandat de prélèvement SEPA",
}

_ADVICE_INTRO = (
    "Cette fiche vous est remise avant la conclusion du contrat. Elle rappelle vos besoins, le conseil qui vous a été"
    " donné et les raisons de ce conseil."
)
_WITHDRAWAL = french(
    "Renonciation : quatorze jours à compter de la prise d’effet, ou de la réception des documents si elle est"
    " postérieure."
)
_COMMITMENT = (
    (
        "Je demande mon adhésion et celle des personnes désignées ci-dessus. Je certifie exacts les renseignements"
        " donnés. Je reconnais avoir reçu et lu, avant de signer, le document d’information sur le produit"
        " d’assurance, les règles générales et le tableau de garanties de la formule choisie."
    ),
    (
        "Je peux renoncer à mon adhésion dans les quatorze jours qui suivent sa prise d’effet, ou la réception des"
        " documents si elle est postérieure, par courrier, par courriel ou depuis mon espace client."
    ),
)
# The two sentences that every SEPA mandate must carry (EPC 114-06), and the delays of article L133-24 CMF.
_AUTHORISATION = (
    "En signant ce mandat, vous autorisez (A) {insurer} à envoyer des instructions à votre banque pour débiter votre"
    " compte, et (B) votre banque à débiter votre compte conformément aux instructions de {insurer}."
)
_RIGHTS = (
    "Vous bénéficiez du droit d’être remboursé par votre banque selon les conditions de la convention que vous avez"
    " passée avec elle. Une demande de remboursement se présente dans les huit semaines qui suivent la date de débit"
    " de votre compte pour un prélèvement autorisé, et dans les treize mois pour un prélèvement non autorisé."
)
_NOTICE = (
    "Chaque prélèvement est annoncé par l’échéancier de cotisations, remis au plus tard quatorze jours avant la"
    " première échéance. Le mandat s’éteint après trente-six mois sans prélèvement."
)
_SIGNED_ONLINE = (
    "Signature électronique par code à usage unique envoyé par SMS. La date, l’heure et les éléments de preuve"
    " figurent au dossier de preuve joint."
)
_SIGNED_BY_HAND = french("Date, lieu et signature précédée de la mention « lu et approuvé »")


@dataclass(frozen=True, slots=True)
class SigningFile:
    """Everything that the papers of one subscription are made from; `attestations`: the earliest first."""

    subscription: Subscription
    quote: Quote
    product: Product
    insurer: Insurer
    regime: Regime
    broker: Broker
    attestations: tuple[Assistance, ...]

    @property
    def on(self) -> date:
        return paris_date(self.subscription.submitted_at)

    @property
    def document_titles(self) -> list[str]:
        return [document.title for document in self.quote.documents]

    @property
    def option_label(self) -> str:
        option = self.product.option
        return option.label if self.quote.with_option and option is not None else "Aucune"

    @property
    def signature_note(self) -> str:
        electronic = self.subscription.signature_mode is SignatureMode.ELECTRONIC
        return _SIGNED_ONLINE if electronic else _SIGNED_BY_HAND


def paper_content(kind: str, file: SigningFile) -> dict[str, Any]:
    """Return what the template of this kind shows; KeyError when the envelope names a paper that nobody makes."""
    makers: dict[str, Callable[[SigningFile], dict[str, Any]]] = {
        ADVICE: _advice,
        MEMBERSHIP_FORM: _membership_form,
        MANDATE: _sepa_mandate,
    }
    return {
        **frame(file.insurer, file.on, broker=file.broker),
        "signature_note": file.signature_note,
        "client_name": file.subscription.identity.full_name,
        **makers[kind](file),
    }


def _advice(file: SigningFile) -> dict[str, Any]:
    quote, insurer = file.quote, file.insurer
    identity, profile = file.subscription.identity, quote.profile
    return {
        "number": quote.label,
        "intro": _ADVICE_INTRO,
        "adviser": _adviser_rows(file),
        "situation": [
            ["Client", f"{identity.civility.label} {identity.full_name}, né(e) le {short_date(identity.birth_date)}"],
            ["Résidence", f"{identity.postcode} {identity.town}"],
            ["Régime obligatoire", file.regime.label],
            ["Personnes à couvrir", _household_words(profile.spouse_birth_date, profile.children)],
            ["Date d’effet souhaitée", long_date(quote.effective_date)],
        ],
        "needs": needs_rows(quote.needs),
        "advice": advice_words(quote, file.product),
        "choice": [
            ["Produit", file.product.name],
            ["Formule retenue", quote.formula_label],
            ["Option", file.option_label],
            ["Cotisation", _price_words(quote)],
        ],
        "information": [
            french(f"Réclamation : votre conseiller d’abord, puis {insurer.complaints}."),
            french(f"Médiation : {insurer.mediator}."),
            french(f"Autorité de contrôle : {insurer.supervisor}."),
            _WITHDRAWAL,
            french(f"Documents remis : {', '.join(file.document_titles)}."),
        ],
    }


def _adviser_rows(file: SigningFile) -> list[list[str]]:
    broker = file.broker
    return [
        ["Cabinet", broker.company],
        ["Interlocuteur", broker.display_name],
        ["Immatriculation ORIAS", broker.orias or "non communiquée"],
        ["Contact", f"{phone(broker.phone)} · {broker.email}"],
        ["Assureur proposé", file.insurer.name],
        ["Rémunération", "commission comprise dans la cotisation, versée par l’assureur"],
        ["Souscription en ligne", _presence_words(file)],
    ]


def _presence_words(file: SigningFile) -> str:
    """Say who was there when the request was entered and submitted, and since: an attestation of any step counts."""
    subscription = file.subscription
    before = [each.attested_at for each in file.attestations if each.attested_at <= subscription.submitted_at]
    since = [each.attested_at for each in file.attestations if each.attested_at > subscription.submitted_at]
    submitted = f"validée le {long_moment(subscription.submitted_at)}"
    if subscription.assistance is not None:
        words = f"{submitted} en présence du conseiller, qui l’a attestée {_moments(before)}"
    elif before:
        begun = f"commencée en présence du conseiller, qui l’a attestée {_moments(before)}"
        words = f"{begun}, puis {submitted} par le client, depuis le lien de son devis"
    else:
        words = f"{submitted} par le client seul, depuis le lien de son devis"
    if since:
        words += f" ; présence du conseiller attestée ensuite {_moments(since)}"
    return words


def _moments(instants: list[datetime]) -> str:
    return " et ".join(f"le {long_moment(each)}" for each in instants)


def _membership_form(file: SigningFile) -> dict[str, Any]:
    quote, subscription, product = file.quote, file.subscription, file.product
    payment = subscription.payment
    benefit = payment.benefit_iban or payment.iban
    begins = f"{long_date(quote.effective_date)}, ou le lendemain de la signature si elle est postérieure"
    request = f"Demande d’adhésion à {product.name}, {product.summary[0].lower()}{product.summary[1:]}"
    return {
        "number": quote.label,
        "intro": f"{request}, auprès de {file.insurer.name}. Devis n° {quote.label}.",
        "member": _member_rows(file),
        "people": [
            [
                f"{person.last_name} {person.first_name}",
                person.role.label,
                short_date(person.birth_date),
                grouped_nir(person.nir) if person.nir else "à compléter",
            ]
            for person in subscription.beneficiaries
        ],
        "cover": [
            ["Formule", quote.formula_label],
            ["Option", file.option_label],
            ["Date d’effet", begins],
            ["Cotisation", f"{_price_words(quote)}, taxes comprises"],
        ],
        "payment": [
            ["Prélèvement mensuel", f"le {payment.debit_day} de chaque mois"],
            ["Compte à débiter", _account(payment.iban, payment.bank)],
            ["Titulaire du compte", payment.account_holder],
            ["Versement des prestations", "sur le même compte" if benefit == payment.iban else grouped_iban(benefit)],
        ],
        "declarations": _declarations(file),
        "documents": file.document_titles,
        "commitment": _COMMITMENT,
    }


def _member_rows(file: SigningFile) -> list[list[str]]:
    identity = file.subscription.identity
    birth_name = [["Nom de naissance", identity.birth_name]] if identity.birth_name else []
    return [
        ["Civilité, nom et prénom", f"{identity.civility.label} {identity.last_name} {identity.first_name}"],
        *birth_name,
        ["Date de naissance", short_date(identity.birth_date)],
        ["Adresse", ", ".join(filter(None, (identity.address, identity.address_extra)))],
        ["Code postal et ville", f"{identity.postcode} {identity.town}"],
        ["Adresse e-mail", identity.email],
        ["Téléphone mobile", phone(identity.mobile) if identity.mobile else "non communiqué"],
        ["Régime obligatoire", file.regime.label],
    ]


def _declarations(file: SigningFile) -> list[list[Any]]:
    subscription, insurer = file.subscription, file.insurer.name
    sharing = "Je souhaite que mes dépenses de santé soient transmises automatiquement"
    objection = f"Je m’oppose à ce que {insurer} utilise mes informations à des fins de prospection commerciale."
    rows: list[list[Any]] = [
        [True, "Je déclare que les personnes couvertes relèvent du même régime obligatoire que moi."],
        [subscription.teletransmission, f"{sharing} à {insurer} par ma caisse de régime obligatoire."],
        [subscription.marketing_objection, objection],
    ]
    if file.product.self_employed_only:
        status = "Je déclare que j’ai le statut de travailleur non salarié (TNS)."
        rows.insert(0, [subscription.tns_declared, status])
    return rows


def _sepa_mandate(file: SigningFile) -> dict[str, Any]:
    subscription, insurer = file.subscription, file.insurer
    identity, payment, mandate = subscription.identity, subscription.payment, subscription.mandate
    return {
        "rum": mandate.rum,
        "references": [
            ["Référence unique du mandat (RUM)", mandate.rum],
            ["Identifiant créancier SEPA (ICS)", mandate.ics],
        ],
        "authorisation": _AUTHORISATION.format(insurer=insurer.name),
        "rights": _RIGHTS,
        "debtor": [
            ["Nom", payment.account_holder],
            ["Adresse", ", ".join(filter(None, (identity.address, identity.address_extra)))],
            ["Ville", f"{identity.postcode} {identity.town}"],
        ],
        "creditor": [
            ["Nom", insurer.name],
            ["Adresse", ", ".join(insurer.address[:-1])],
            ["Ville", insurer.address[-1]],
        ],
        "account": [["IBAN", grouped_iban(payment.iban)], ["Banque", payment.bank or "non communiquée"]],
        "collection": [
            ["Type de paiement", "Récurrent"],
            ["Jour de prélèvement", f"le {payment.debit_day} de chaque mois"],
            ["Contrat concerné", f"{file.product.name}, devis n° {file.quote.label}"],
        ],
        "notice": _NOTICE,
        "holder": payment.account_holder,
    }


def _price_words(quote: Quote) -> str:
    return f"{euros(quote.monthly)} par mois, soit {euros(quote.price.annual)} par an"


def _household_words(spouse_birth_date: date | None, children: int) -> str:
    words = ["vous"]
    if spouse_birth_date is not None:
        words.append("votre conjoint(e)")
    if children:
        words.append(f"{children} enfant{'s' if children > 1 else ''}")
    return ", ".join(words)


def _account(iban: str, bank: str | None) -> str:
    return f"{grouped_iban(iban)} · {bank}" if bank else grouped_iban(iban)
