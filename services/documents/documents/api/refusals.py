"""What a sender reads when his file is refused: one sentence for each code.

The first four are printed in the guides (F-210 to F-212) or decided for them (F-206) and kept to the letter.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from documents.domain.refusals import RefusalCode

MESSAGES: Final[Mapping[RefusalCode, str]] = {
    RefusalCode.TYPE: "Formats acceptés : JPG, PNG, PDF",
    RefusalCode.TOO_LARGE: "Taille maximale de fichier acceptée : 3.5Mo.",
    RefusalCode.TOTAL_TOO_LARGE: "Taille totale des fichiers acceptée : 10Mo.",
    RefusalCode.TOO_MANY: "Nombre maximal de fichiers : 10.",
    RefusalCode.EMPTY: "Ce fichier est vide.",
    RefusalCode.EXTENSION: (
        "Le nom de ce fichier annonce un autre format que celui de son contenu. Renommez-le ou enregistrez-le de"
        " nouveau, en JPG, PNG ou PDF."
    ),
    RefusalCode.CORRUPT: "Ce fichier est endommagé\u00a0: il ne peut pas être ouvert. Enregistrez-le de nouveau.",
    RefusalCode.TRUNCATED: "Ce fichier est incomplet. Attendez la fin de son enregistrement, puis renvoyez-le.",
    RefusalCode.IMAGE_TOO_LARGE: (
        "Cette image compte trop de points pour être ouverte. Réduisez ses dimensions, puis renvoyez-la."
    ),
    RefusalCode.TOO_MANY_PAGES: "Ce document dépasse 500 pages. Envoyez-le en plusieurs fichiers.",
    RefusalCode.BOMB: "Le contenu de ce fichier est trop volumineux une fois décompressé.",
    RefusalCode.POLYGLOT: (
        "Ce fichier contient autre chose qu’un document. Imprimez-le en PDF, puis renvoyez le résultat."
    ),
    RefusalCode.TRAILING_DATA: (
        "Ce PDF contient des données après sa fin. Imprimez-le en PDF, puis renvoyez le résultat."
    ),
    RefusalCode.ACTIVE_CONTENT: (
        "Ce PDF contient un programme, un formulaire dynamique ou une pièce jointe. Imprimez-le en PDF, puis renvoyez"
        " le résultat."
    ),
    RefusalCode.PASSWORD: (
        "Ce PDF est protégé par un mot de passe. Enregistrez-le sans mot de passe, puis renvoyez-le."
    ),
    RefusalCode.INFECTED: "Un logiciel malveillant a été trouvé dans ce fichier.",
    RefusalCode.TOO_SLOW: "Ce fichier est trop complexe pour être vérifié. Imprimez-le en PDF, puis renvoyez-le.",
    RefusalCode.QUOTA: "Vous avez déposé trop de fichiers pour ce dossier. Contactez votre gestionnaire.",
}
