-- The tables of the application. Running this file again changes nothing. The code tells constraints apart by their
-- names, which PostgreSQL makes from the table, the columns and the kind.

CREATE TABLE IF NOT EXISTS items (
    sku        text PRIMARY KEY CHECK (sku ~ '^[A-Z0-9][A-Z0-9-]{2,19}$'),
    name       text NOT NULL CHECK (name <> ''),
    stock      integer NOT NULL DEFAULT 0 CHECK (stock >= 0),
    reorder_at integer NOT NULL DEFAULT 0 CHECK (reorder_at >= 0)
);

CREATE TABLE IF NOT EXISTS orders (
    id        integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    reference text NOT NULL UNIQUE,
    state     text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'shipped', 'cancelled')),
    placed_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE IF NOT EXISTS order_lines (
    order_id integer NOT NULL REFERENCES orders ON DELETE CASCADE,
    sku      text NOT NULL REFERENCES items,
    quantity integer NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (order_id, sku)
);

CREATE TABLE IF NOT EXISTS deliveries (
    note        text PRIMARY KEY,
    received_at timestamptz NOT NULL DEFAULT now()
);

-- A negative quantity is what went back to the supplier.
CREATE TABLE IF NOT EXISTS delivery_lines (
    note     text NOT NULL REFERENCES deliveries,
    sku      text NOT NULL REFERENCES items,
    quantity integer NOT NULL CHECK (quantity <> 0),
    PRIMARY KEY (note, sku)
);
