"""The database's versions: each a list of statements that leads from the one before. Never change one; add one."""

_FIRST = (
    """
    CREATE TABLE batch (
        number    INTEGER PRIMARY KEY,           -- the order they were added in
        id        TEXT NOT NULL UNIQUE,
        service   TEXT NOT NULL,
        base      TEXT NOT NULL,                 -- the address its account is for
        account   TEXT NOT NULL,                 -- the account's id; "" for the environment's
        whose     TEXT,                          -- who the account was, as its check said
        target    TEXT NOT NULL,
        inputs    TEXT NOT NULL,                 -- JSON
        named     TEXT NOT NULL,                 -- JSON
        attaches  INTEGER NOT NULL,
        state     TEXT NOT NULL,
        answers   TEXT NOT NULL,                 -- JSON; emptied when the batch has ended
        there     TEXT,                          -- JSON: ids that were there before the attach
        tries     INTEGER NOT NULL,
        limited   INTEGER NOT NULL,
        problem   TEXT,                          -- JSON
        created   TEXT NOT NULL,                 -- ISO 8601, UTC
        ended     TEXT,
        place     TEXT,                          -- "the note on Globex Corporation"
        link      TEXT
    ) STRICT
    """,
    "CREATE INDEX batch_state ON batch (state)",
    """
    CREATE TABLE upload (
        number    INTEGER PRIMARY KEY,
        id        TEXT NOT NULL UNIQUE,
        batch     TEXT NOT NULL REFERENCES batch (id) ON DELETE CASCADE,
        given     TEXT NOT NULL,
        path      BLOB NOT NULL,                 -- as the system has it, text or not
        name      TEXT NOT NULL,
        size      INTEGER NOT NULL,
        modified  INTEGER NOT NULL,              -- nanoseconds since 1970
        type      TEXT NOT NULL,
        width     INTEGER,
        height    INTEGER,
        state     TEXT NOT NULL,
        next_step TEXT NOT NULL,
        answers   TEXT NOT NULL,                 -- JSON; what later steps still need, and nothing else
        digests   TEXT NOT NULL,                 -- JSON
        receipt   TEXT,                          -- JSON
        stored    TEXT,                          -- ISO 8601, UTC
        tries     INTEGER NOT NULL,
        limited   INTEGER NOT NULL,
        problem   TEXT                           -- JSON
    ) STRICT
    """,
    "CREATE INDEX upload_batch ON upload (batch, number)",
    """
    CREATE TABLE journal (
        number    INTEGER PRIMARY KEY,
        batch     TEXT NOT NULL REFERENCES batch (id) ON DELETE CASCADE,
        upload    TEXT,
        at        TEXT NOT NULL,
        event     TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX journal_batch ON journal (batch, number)",
    """
    CREATE TABLE claim (
        record    TEXT NOT NULL,                 -- service, base and record the thing hangs on
        thing     TEXT NOT NULL,                 -- the id of what an attach made
        batch     TEXT NOT NULL REFERENCES batch (id) ON DELETE CASCADE,
        PRIMARY KEY (record, thing)
    ) STRICT, WITHOUT ROWID
    """,
)

_SECOND = (
    "ALTER TABLE batch ADD COLUMN record TEXT NOT NULL DEFAULT ''",  # what its attach changes
    "ALTER TABLE batch ADD COLUMN author TEXT",  # the account's id, as what it makes carries it
    "ALTER TABLE upload ADD COLUMN result TEXT NOT NULL DEFAULT '{}'",  # JSON: link, ids; emptied when good no longer
    "ALTER TABLE upload ADD COLUMN good_until TEXT",  # ISO 8601, UTC
    "CREATE INDEX batch_record ON batch (record) WHERE state IN ('attaching', 'attach_unknown')",
    "CREATE INDEX upload_good_until ON upload (good_until) WHERE good_until IS NOT NULL",
)

_THIRD = (
    """
    CREATE TABLE account (
        number     INTEGER PRIMARY KEY,          -- the order they were added in
        id         TEXT NOT NULL UNIQUE,         -- the keychain's entries are named by it
        service    TEXT NOT NULL,
        name       TEXT NOT NULL,
        folded     TEXT NOT NULL,                -- the name as it is compared: neither case nor way of writing counts
        base       TEXT NOT NULL,
        fields     TEXT NOT NULL,                -- JSON: the fields that are no secrets
        secrets    TEXT NOT NULL,                -- JSON: the names of those that are; never a secret itself
        kept       TEXT NOT NULL,                -- JSON: the names of those that are had from the keychain
        lying      TEXT NOT NULL,                -- JSON: the names of all that lies there for it, of use or not
        is_default INTEGER NOT NULL,
        whose      TEXT,
        author     TEXT,
        ca_file    BLOB,                         -- as the system has it, text or not
        hosts      TEXT NOT NULL,                -- JSON: those the person agreed to
        created    TEXT NOT NULL,                -- ISO 8601, UTC
        UNIQUE (service, folded)
    ) STRICT
    """,
    "CREATE UNIQUE INDEX account_default ON account (service) WHERE is_default = 1",
)

_FOURTH = (
    "ALTER TABLE batch ADD COLUMN service_name TEXT NOT NULL DEFAULT ''",  # "Close": told without its service file
)

_FIFTH = (
    """
    CREATE TABLE remembered (
        service   TEXT NOT NULL,
        base      TEXT NOT NULL,
        account   TEXT NOT NULL,
        target    TEXT NOT NULL,
        inputs    TEXT NOT NULL,                 -- JSON, keys in order: which record; no texts, nothing secret
        named     TEXT NOT NULL,                 -- JSON
        place     TEXT NOT NULL,                 -- "the note on Globex Corporation"
        service_name TEXT NOT NULL,              -- "Close": told without its service file
        pinned    INTEGER NOT NULL,
        used      TEXT NOT NULL,                 -- ISO 8601, UTC
        PRIMARY KEY (service, base, account, target, inputs)
    ) STRICT, WITHOUT ROWID
    """,
)

_SIXTH = (
    # What the person called the account: `account` is its id, as in a batch, so that it may be called otherwise since.
    "ALTER TABLE remembered ADD COLUMN account_name TEXT NOT NULL DEFAULT ''",
)

_SEVENTH = (
    "ALTER TABLE batch ADD COLUMN partly TEXT NOT NULL DEFAULT 'ask'",  # what happens if some of its files fail
)

_EIGHTH = (
    # As the system has them, text or not: the client certificate's file, and its key's if that is another one.
    "ALTER TABLE account ADD COLUMN cert_file BLOB",
    "ALTER TABLE account ADD COLUMN cert_key BLOB",
)

MIGRATIONS: tuple[tuple[str, ...], ...] = (_FIRST, _SECOND, _THIRD, _FOURTH, _FIFTH, _SIXTH, _SEVENTH, _EIGHTH)
