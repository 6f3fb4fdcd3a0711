-- The tables of the application. Running this file again changes nothing.

CREATE TABLE IF NOT EXISTS users (
    id         integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name       text NOT NULL,
    email      text NOT NULL UNIQUE,
    cpf        text UNIQUE CHECK (cpf ~ '^[0-9]{11}$'),  -- not char(11): psqlpy cannot read that type
    status     text NOT NULL DEFAULT 'pending'
               CHECK (status IN ('pending', 'approved', 'rejected', 'inactive')),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE IF NOT EXISTS roles (
    id    integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name  text NOT NULL UNIQUE,
    scope text NOT NULL
);

CREATE TABLE IF NOT EXISTS user_roles (
    user_id     integer NOT NULL REFERENCES users ON DELETE CASCADE,
    role_id     integer NOT NULL REFERENCES roles,
    assigned_by integer REFERENCES users ON DELETE SET NULL,
    PRIMARY KEY (user_id, role_id)
);
