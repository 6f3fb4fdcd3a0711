-- The tables of the application. Running this file again changes nothing. The code tells errors apart by the names of
-- the keys and constraints.

CREATE TABLE IF NOT EXISTS customers (
    id    int NOT NULL AUTO_INCREMENT PRIMARY KEY,
    email varchar(120) NOT NULL,
    name  varchar(120) NOT NULL,
    UNIQUE KEY customers_email (email)
) ENGINE = InnoDB;

-- Money is in cents. A balance may go below zero by so much credit.
CREATE TABLE IF NOT EXISTS accounts (
    id       int NOT NULL AUTO_INCREMENT PRIMARY KEY,
    owner_id int NOT NULL,
    name     varchar(40) NOT NULL,
    credit   bigint NOT NULL DEFAULT 0,
    balance  bigint NOT NULL DEFAULT 0,
    UNIQUE KEY accounts_name (owner_id, name),
    CONSTRAINT accounts_owner FOREIGN KEY (owner_id) REFERENCES customers (id),
    CONSTRAINT accounts_covered CHECK (balance >= -credit)
) ENGINE = InnoDB;

-- A reference is the client's, letter for letter.
CREATE TABLE IF NOT EXISTS transfers (
    id        int NOT NULL AUTO_INCREMENT PRIMARY KEY,
    reference varchar(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    source_id int NOT NULL,
    made_at   datetime(6) NOT NULL DEFAULT (utc_timestamp(6)),
    UNIQUE KEY transfers_reference (reference),
    CONSTRAINT transfers_source FOREIGN KEY (source_id) REFERENCES accounts (id)
) ENGINE = InnoDB;

-- What a transfer did to each account, and what was there afterwards.
CREATE TABLE IF NOT EXISTS entries (
    account_id  int NOT NULL,
    transfer_id int NOT NULL,
    cents       bigint NOT NULL,
    balance     bigint NOT NULL,
    PRIMARY KEY (account_id, transfer_id),
    CONSTRAINT entries_account FOREIGN KEY (account_id) REFERENCES accounts (id),
    CONSTRAINT entries_transfer FOREIGN KEY (transfer_id) REFERENCES transfers (id)
) ENGINE = InnoDB;
