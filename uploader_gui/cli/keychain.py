"""The system's keychain, as the command line uses it: with a word when it takes long, and asked in vain only once."""

from uploader_gui.cli import output, person
from uploader_gui.cli.exits import FailedError
from uploader_gui.core import words
from uploader_gui.core.accounts import SavedAccount
from uploader_gui.core.ports import SecretsError, SecretsTrouble
from uploader_gui.store.accounts import Accounts
from uploader_gui.store.secrets import ANSWER_SECONDS, PROMPT_SECONDS, Secrets, system_keychain

# What is wrong with the keychain itself: it is so for the next key, too.
_FOR_ALL = frozenset(
    {SecretsTrouble.NO_KEYCHAIN, SecretsTrouble.LOCKED, SecretsTrouble.NO_ANSWER, SecretsTrouble.STOPPED}
)


def secrets() -> Secrets:
    """The secrets of accounts, asked for as long as somebody may be there to answer the keychain's question."""
    return Secrets(
        deadline=PROMPT_SECONDS if person.can_ask() else ANSWER_SECONDS,
        waiting=lambda: output.say(words.waiting_for_keychain()),
        choose=lambda: system_keychain(),  # noqa: PLW0108 - found when it is needed: a test puts another in its place
    )


def sentence(error: SecretsError) -> str:
    """What is wrong with the keychain, and what to do."""
    return words.describe_keychain(error.trouble, error.kind).whole


def expect(asked: Secrets, otherwise: str) -> None:
    """See that there is a keychain that answers, before a person is asked for a key.

    Raises:
        FailedError: There is none, with `otherwise` as another way.
    """
    try:
        asked.get("nobody", "nothing")
    except SecretsError as error:
        if error.trouble is not SecretsTrouble.GONE:
            raise FailedError(f"{sentence(error)} {otherwise}") from None


class Keys:
    """The values of saved accounts, each asked for once.

    Args:
        accounts: The accounts.
    """

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self._trouble: tuple[SecretsTrouble, str] | None = None

    def values(self, account: SavedAccount) -> dict[str, str]:
        """An account's filled fields, secrets included.

        Raises:
            SecretsError: A secret cannot be had.
            AccountsError: The account was removed or changed meanwhile.
            StoreError: The ledger cannot be read.
        """
        if self._trouble is not None:
            raise SecretsError(*self._trouble)
        try:
            return self._accounts.values(account)
        except SecretsError as error:
            if error.trouble in _FOR_ALL:
                self._trouble = error.trouble, error.kind
            raise
