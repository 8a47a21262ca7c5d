create table payouts (
    id      uuid primary key,
    claim   text not null references claims on delete cascade,
    amount  numeric(10, 2) not null,
    iban    text not null,
    status  text not null,
    made_at timestamptz not null
);

create table decisions (
    id            bigint generated always as identity primary key,
    claim         text not null,
    outcome       text not null,
    reason        text not null,
    decided_by    text not null,
    photo_summary text,
    decided_at    timestamptz not null
);
