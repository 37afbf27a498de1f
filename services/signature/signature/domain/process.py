"""How a signature comes about, in words for a judge, frozen with a version: each evidence holds the text of its day.

A court asks for the process that was in force when the signature was given, and for every actor of it. Changing
anything below means another version.
"""

from __future__ import annotations

from typing import Final

VERSION: Final = "2026-11.2"

_TEXT: Final = """\
Description du procédé de signature électronique, version {version}

1. Acteurs. La mutuelle demande la signature et conserve le présent dossier. {operator} opère le service de
   signature. Le message SMS est remis par le prestataire de la mutuelle ; son numéro vient du dossier du
   client, jamais de la page. L’autorité de certification et l’autorité d’horodatage sont celles des certificats
   joints.
2. Lecture. Les documents sont présentés l’un après l’autre ; chaque page remise est notée, et aucun document
   n’est accepté avant sa dernière page. Pour chacun, trois cases, jamais cochées d’avance, sont cochées par le
   signataire ; le service l’exige lui-même. Les phrases exactes et leurs empreintes sont dans consents.json.
   Plusieurs signataires lisent et signent chacun à son tour.
3. Manifeste. L’empreinte SHA-256 de chaque document et de chaque phrase forme le manifeste (manifest.json). Ses
   quarante premiers bits, en huit caractères, sont la référence montrée sur la page, dans le SMS et, dans les
   fichiers scellés, au bas de chaque page et dans le motif du cachet. Comme elle vient des documents eux-mêmes,
   elle est ajoutée avec le cachet : chaque fichier scellé commence par le document lu, octet pour octet.
4. Code. Six chiffres tirés au hasard, valables cinq minutes, un seul à la fois, utilisables une fois, dans la
   seule session de navigation qui les a demandés. Le code est lié par HMAC-SHA-256 à la cérémonie, au
   signataire, à son numéro et au manifeste ; sa clé n’est pas dans la base de données, le code n’y est pas en
   clair. Cinq essais faux en tout mettent fin à la cérémonie.
5. Journal. Chaque étape est une ligne qui contient l’empreinte de la précédente (journal.jsonl). La base de
   données refuse de modifier ou de supprimer une ligne. La dernière empreinte est scellée dans evidence.json.
6. Scellement. Un processus à part détient seul la clé du cachet. Il vérifie le journal, puis les empreintes,
   scelle chaque document (PAdES, niveau {level}, aucune modification permise), contrôle le fichier obtenu et le
   dossier, et ne délivre rien qui ne passe ce contrôle.
7. Nature. La signature du client est une signature électronique simple au sens du règlement (UE) n° 910/2014 ;
   le cachet est celui de l’opérateur.
"""


def description(*, operator: str, level: str) -> str:
    """Return the text of this version, with who operates it and the level that files are sealed at."""
    return _TEXT.format(version=VERSION, operator=operator, level=level)
