CREATE TABLE parcels (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL UNIQUE,
    receiver text NOT NULL,
    weight_grams integer NOT NULL CHECK (weight_grams > 0),
    state text NOT NULL DEFAULT 'announced'
);

CREATE TABLE scans (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    parcel_id integer NOT NULL REFERENCES parcels (id),
    place text NOT NULL,
    state text NOT NULL
);
