CREATE TABLE tickets (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    title text NOT NULL CHECK (title <> ''),
    reporter text NOT NULL,
    priority integer NOT NULL DEFAULT 1 CHECK (priority BETWEEN 1 AND 5),
    status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'assigned', 'closed')),
    agent text,
    opened_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (reporter, title)
);

CREATE TABLE events (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ticket_id integer NOT NULL REFERENCES tickets (id),
    kind text NOT NULL,
    actor text NOT NULL
);
