"""Accounts: their facts in the ledger's file, their secrets in the keychain."""

import contextlib
import json
import sqlite3
import uuid
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from uploader_gui.core.accounts import AccountsError, AccountTrouble, Certificate, SavedAccount, checked_name, folded
from uploader_gui.core.ports import Secrets, SecretsError, SecretsTrouble
from uploader_gui.store import rows
from uploader_gui.store.database import StoreError
from uploader_gui.store.ledger import Ledger

_FOUND = "SELECT * FROM account WHERE service = ?1 AND CASE WHEN ?2 IS NULL THEN is_default ELSE folded = ?2 END"
_NEW = """
    INSERT INTO account (id, service, name, folded, base, fields, secrets, kept, lying, whose, author, ca_file, hosts,
        cert_file, cert_key, created, is_default)
    VALUES (:id, :service, :name, :folded, :base, :fields, :secrets, :kept, :lying, :whose, :author, :ca_file, :hosts,
        :cert_file, :cert_key, :created, NOT EXISTS (SELECT 1 FROM account WHERE service = :service))
"""
_CHANGED = """
    UPDATE account SET base = :base, fields = :fields, secrets = :secrets, kept = :kept, lying = :lying, whose = :whose,
        author = :author, ca_file = :ca_file, hosts = :hosts, cert_file = :cert_file, cert_key = :cert_key
    WHERE id = :id
"""
_PASSED_ON = """
    UPDATE account SET is_default = 1 WHERE number = (SELECT min(number) FROM account WHERE service = :service)
        AND NOT EXISTS (SELECT 1 FROM account WHERE service = :service AND is_default = 1)
"""

_UNANSWERED = frozenset({SecretsTrouble.NO_ANSWER, SecretsTrouble.STOPPED})


class Accounts:
    """The saved accounts, several for each service, of which one is the default.

    Whether an account's fields are a way to sign in is not looked at here: that is the engine's.

    Args:
        ledger: The file they are in; its one thread writes.
        secrets: Where their secrets go.
        now_for: The addresses that secrets in memory were filled in for, by account, if something outlives this.
    """

    def __init__(self, ledger: Ledger, secrets: Secrets, now_for: dict[str, str] | None = None) -> None:
        self._ledger = ledger
        self._secrets = secrets
        self._now_for = {} if now_for is None else now_for

    # ----------------------------------------------------------------------------------------------- reading
    def list(self, service: str | None = None) -> list[SavedAccount]:
        """All accounts, or those of one service; by service, in the order they were added. Raises StoreError."""
        with self._ledger.reading() as connection:
            found = connection.execute(
                "SELECT * FROM account WHERE ?1 IS NULL OR service = ?1 ORDER BY service, number", (service,)
            )
            return [rows.account_of(row) for row in found]

    def find(self, service: str, name: str | None = None) -> SavedAccount | None:
        """The account of a service that is called so, however it is written; without a name its default.

        Raises:
            StoreError: The file cannot be read.
        """
        with self._ledger.reading() as connection:
            row = connection.execute(_FOUND, (service, None if name is None else folded(name))).fetchone()
            return None if row is None else rows.account_of(row)

    def values(self, account: SavedAccount) -> dict[str, str]:
        """An account's filled fields, secrets included.

        Raises:
            SecretsError: A secret cannot be had; one that was only to last until the program ended is `GONE`.
            AccountsError: It is not there any more, or was changed since it was read.
            StoreError: The file cannot be read.
        """
        secrets = {}
        for field in account.secrets:
            only_now = field not in account.kept
            if only_now and self._now_for.get(account.id) != account.base:
                raise SecretsError(SecretsTrouble.GONE)
            secrets[field] = self._secrets.get(account.id, field, only_now=only_now)
        # Looked at afterwards: another process may have put a secret there meanwhile that is for another address.
        with self._ledger.reading() as connection:
            now = _there(connection, account.id)
        if (now.base, now.secrets, now.kept) != (account.base, account.secrets, account.kept):
            raise AccountsError(AccountTrouble.CHANGED)
        return {**account.fields, **secrets}

    # ----------------------------------------------------------------------------------------------- changing
    def add(  # noqa: PLR0913 - an account's facts, all by name
        self,
        *,
        service: str,
        name: str,
        base: str,
        fields: Mapping[str, str],
        secrets: Mapping[str, str],
        at: datetime,
        only_now: bool = False,
        whose: str | None = None,
        author: str | None = None,
        ca_file: Path | None = None,
        certificate: Certificate | None = None,
        hosts: Iterable[str] = (),
    ) -> SavedAccount:
        """Add an account; the first one of a service is its default. All of it is kept, or nothing.

        Args:
            service: The service's id.
            name: What it is to be called; blanks around it are taken off.
            base: The address its secrets are for.
            fields: The filled fields that are no secrets.
            secrets: The filled fields that are.
            at: Now, in UTC.
            only_now: The secrets only last until the program ends.
            whose: Who it is, as the service's check said.
            author: The same as the service itself names it.
            ca_file: A certificate authority's file of its own.
            certificate: What it shows to its service; its passphrase is one of the secrets.
            hosts: The service's further hosts that the person agreed to.

        Raises:
            AccountsError: The name cannot be used.
            SecretsError: The keychain does not take the secrets.
            StoreError: The account cannot be kept.
        """
        account = SavedAccount(
            id=str(uuid.uuid4()),
            service=service,
            name=checked_name(name),
            base=base,
            fields=dict(fields),
            secrets=tuple(secrets),
            kept=() if only_now else tuple(secrets),
            default=False,
            whose=whose,
            author=author,
            ca_file=ca_file,
            certificate=certificate,
            hosts=tuple(hosts),
            created=at,
        )
        if self.find(service, account.name) is not None:  # before the keychain asks the person for anything
            raise AccountsError(AccountTrouble.NAME_TAKEN, account.name)
        self._put(account, secrets, only_now=only_now)
        try:
            return self._ledger.write(lambda connection: _added(connection, account), durable=True)
        except (StoreError, AccountsError):
            self._take_back(account)
            raise

    def rename(self, account_id: str, name: str) -> SavedAccount:
        """Call an account otherwise. Raises AccountsError and StoreError."""
        wanted = checked_name(name)

        def job(connection: sqlite3.Connection) -> SavedAccount:
            account = _there(connection, account_id)
            _check_free(connection, account.service, wanted, account_id)
            connection.execute(
                "UPDATE account SET name = ?, folded = ? WHERE id = ?", (wanted, folded(wanted), account_id)
            )
            return _there(connection, account_id)

        return self._ledger.write(job, durable=True)

    def change(
        self, account: SavedAccount, *, secrets: Mapping[str, str] | None = None, only_now: bool = False
    ) -> SavedAccount:
        """Save an account's base, fields, whose, author, files of certificates and hosts as they are in `account`.

        Args:
            account: As it is to be; made with `dataclasses.replace`. Its name, default and creation count for nothing.
            secrets: All its filled secret fields, in the place of those before; None: they stay.
            only_now: The secrets only last until the program ends. What the keychain has is not used any more; it is
                removed with the account, or when the keychain takes the next secrets.

        Raises:
            AccountsError: It is not there any more (`UNKNOWN`), or its base is another one and its secrets are not
                filled in again (`KEY_NEEDED`).
            SecretsError: The keychain does not take the secrets: nothing is changed. Only if it gave no answer and the
                base is another one, the secrets are not used any more: they must be filled in again.
            StoreError: It cannot be kept. The secrets must be filled in again.
        """
        with self._ledger.reading() as connection:
            before, lying = _there(connection, account.id), _lying(connection, account.id)
        if secrets is None:
            if account.base != before.base and before.secrets:
                raise AccountsError(AccountTrouble.KEY_NEEDED)
            return self._save(replace(account, secrets=before.secrets, kept=before.kept), lying)
        if only_now:
            self._secrets.forget(account.id)
            after = self._save(replace(account, secrets=tuple(secrets), kept=()), lying)
            self._put(account, secrets, only_now=True)
            return after
        # For as long as it is not certain which secrets the keychain has, none of them is used: however this ends, even
        # by kill -9, no secret goes to an address that it was not filled in for.
        self._save(replace(before, kept=()), {*lying, *secrets})
        try:
            self._put(account, secrets, only_now=False)
        except SecretsError as error:
            # One that gave no answer may still take the new ones.
            if error.trouble not in _UNANSWERED or account.base == before.base:
                self._save(before, lying)
            raise
        self._secrets.forget(account.id)
        after = self._save(replace(account, secrets=tuple(secrets), kept=tuple(secrets)), {*lying, *secrets})
        return self._tidied(after, lying)

    def make_default(self, account_id: str) -> None:
        """Make an account its service's default. Raises AccountsError and StoreError."""

        def job(connection: sqlite3.Connection) -> None:
            service = _there(connection, account_id).service
            connection.execute("UPDATE account SET is_default = 0 WHERE service = ?", (service,))
            connection.execute("UPDATE account SET is_default = 1 WHERE id = ?", (account_id,))

        self._ledger.write(job, durable=True)

    def remove(self, account_id: str, *, leave_secrets: bool = False) -> None:
        """Remove an account and its secrets; its service's default passes to the oldest one left.

        Args:
            account_id: Which.
            leave_secrets: Do not ask the keychain: the person was told what stays there. The way out where the
                keychain is of no use any more.

        Raises:
            AccountsError: It is not there any more.
            SecretsError: The keychain does not let go of the secrets: nothing is removed.
            StoreError: The account is still there; its secrets are removed.
        """
        with self._ledger.reading() as connection:
            account, lying = _there(connection, account_id), _lying(connection, account_id)
        if not leave_secrets:
            self._secrets.remove_all(account_id, sorted(lying))

        def job(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM account WHERE id = ?", (account_id,))
            connection.execute(_PASSED_ON, {"service": account.service})

        self._ledger.write(job, durable=True)
        self._secrets.forget(account_id)

    def _put(self, account: SavedAccount, secrets: Mapping[str, str], *, only_now: bool) -> None:
        if only_now:
            self._now_for[account.id] = account.base
        self._secrets.put_all(account.id, secrets, only_now=only_now)

    def _save(self, account: SavedAccount, lying: AbstractSet[str]) -> SavedAccount:
        """Save what may change of an account. `lying`: the names of its secrets in the keychain, of use or not."""
        columns = rows.of_account(account, lying)

        def job(connection: sqlite3.Connection) -> SavedAccount:
            connection.execute(_CHANGED, columns)
            return _there(connection, account.id)

        return self._ledger.write(job, durable=True)

    def _tidied(self, account: SavedAccount, lying: AbstractSet[str]) -> SavedAccount:
        """Remove from the keychain what is of no use any more; what it does not let go of goes with the account."""
        useless = sorted(lying - {*account.kept})
        if useless:
            with contextlib.suppress(SecretsError):
                self._secrets.remove_all(account.id, useless)
                return self._save(account, {*account.kept})
        return account

    def _take_back(self, account: SavedAccount) -> None:
        """Remove the secrets of an account that was not kept, as far as the keychain lets go of them."""
        self._secrets.forget(account.id)
        with contextlib.suppress(SecretsError):
            self._secrets.remove_all(account.id, account.kept)


def _added(connection: sqlite3.Connection, account: SavedAccount) -> SavedAccount:
    _check_free(connection, account.service, account.name, account.id)
    connection.execute(_NEW, rows.of_account(account, account.kept))
    return _there(connection, account.id)


def _check_free(connection: sqlite3.Connection, service: str, name: str, account_id: str) -> None:
    """Raise AccountsError if another account of the service is called so."""
    question = "SELECT 1 FROM account WHERE service = ? AND folded = ? AND id <> ?"
    if connection.execute(question, (service, folded(name), account_id)).fetchone() is not None:
        raise AccountsError(AccountTrouble.NAME_TAKEN, name)


def _there(connection: sqlite3.Connection, account_id: str) -> SavedAccount:
    """An account by its id. Raises AccountsError if it is not there any more."""
    row = connection.execute("SELECT * FROM account WHERE id = ?", (account_id,)).fetchone()
    if row is None:
        raise AccountsError(AccountTrouble.UNKNOWN)
    return rows.account_of(row)


def _lying(connection: sqlite3.Connection, account_id: str) -> frozenset[str]:
    """The names of an account's secrets that lie in the keychain, of use or not."""
    row = connection.execute("SELECT lying FROM account WHERE id = ?", (account_id,)).fetchone()
    return frozenset(json.loads(row["lying"]))
