create table unit (hotel text, serial text, room text not null, primary key (hotel, serial));
create table staff (name text primary key, hotel text not null, password_hash text not null);
create table stay (
    hotel text not null, room text not null, guest text not null, consent boolean not null default false,
    arrival timestamptz not null, departure timestamptz not null
);
create table recording (
    id uuid primary key,
    hotel text not null, room text not null, serial text not null,
    object_key text not null, transcript text not null, predicted text not null, score real not null,
    label text, label_source text check (label_source in ('staff', 'guest')), labelled_by text, labelled_at timestamptz,
    recorded_at timestamptz not null default now()
);
create index on recording (hotel, score) where label is null;
create table model_release (
    version text primary key, url text not null, sha256 char(64) not null, released_at timestamptz not null default now()
);
create table action_log (
    hotel text not null, room text not null, action text not null, detail text not null, model text not null,
    at timestamptz not null default now()
);
create table minibar_item (hotel text, name text, cents integer not null, primary key (hotel, name));
create table minibar_booking (
    hotel text not null, room text not null, name text not null, cents integer not null, at timestamptz not null default now()
);
create table extension (hotel text, name text, number text not null, primary key (hotel, name));
