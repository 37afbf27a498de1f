"""What is open to all."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.screens.shot import Shot, get, one_after_the_other, refuses, send_unfilled
from tests.services.portal.integration.test_verifying import PRINT, answer

_LINK = "/activation/the-secret-of-the-link"


def _type(**values: str) -> object:
    def act(page: Page) -> None:
        for name, text in values.items():
            page.fill(f"#{name}", text)

    return act


SHOTS = (
    Shot("welcome", "public.welcome", "/", shows="du devis au remboursement"),
    Shot("sign-in", "public.sign_in_page", "/connexion", shows="Identifiant"),
    Shot("sign-in-ended", "public.sign_in_page", "/connexion?motif=fin", shows="Votre session est terminée"),
    Shot("sign-in-error", "public.sign_in_page", "/connexion", act=send_unfilled("Connexion"), shows="obligatoire"),
    Shot("ask-for-link", "public.ask_for_link", "/mot-de-passe"),
    Shot("ask-for-link-error", "public.ask_for_link", "/mot-de-passe", act=send_unfilled(""), shows="obligatoire"),
    Shot("link-incomplete", "public.choose_password", "/activation", shows="Lien incomplet"),
    Shot("choose-password", "public.follow_activation_link", _LINK, door="new", shows="Nouveau mot de passe"),
    Shot(
        "choose-password-error",
        "public.follow_activation_link",
        _LINK,
        door="new",
        says=refuses("POST", "member/v1/activations", "Ce mot de passe est trop court.", password="Trop court."),
        act=one_after_the_other(
            lambda page: page.fill("#password", "court"),
            lambda page: page.fill("#again", "court"),
            send_unfilled("Valider"),
        ),
        shows="Trop court",
    ),
    Shot("help", "about.help_page", "/aide", shows="Support Outil"),
    Shot("legal", "about.legal", "/mentions-legales", shows="Éditeur"),
    Shot("accessibility", "about.accessibility", "/accessibilite", shows="RGAA"),
    Shot("privacy", "public.privacy", "/donnees-personnelles", shows="Vos droits"),
    Shot("verify", "verifying.verify", "/verifier", shows="Le document à vérifier"),
    Shot("verify-wrong", "verifying.verify", "/verifier?empreinte=12", shows="64 chiffres"),
    *(
        Shot(
            f"verify-{verdict}",
            "verifying.verify",
            f"/verifier?empreinte={PRINT}",
            says=get(f"signature/v1/verifications/{PRINT}", answer(verdict, "Une page a été ajoutée.")),
            shows=title,
        )
        for verdict, title in (
            ("authentic", "Document authentique"),
            ("modified", "Document modifié"),
            ("unknown", "Document inconnu"),
        )
    ),
    Shot("nowhere", "", "/nulle-part", shows="Page introuvable"),
)
