create extension if not exists vector;

create sequence claim_number start 104200;

create table products (
    id              bigint primary key,
    name            text not null,
    list_price      numeric(10, 2) not null,
    return_required boolean not null default false
);

create table registrations (
    serial        text primary key,
    product_id    bigint not null references products,
    owner_name    text not null,
    owner_address text not null,
    owner_email   text not null,
    bought_on     date not null
);

create table invoices (
    serial text not null references registrations,
    dealer text not null,
    number text not null,
    primary key (dealer, number)
);

create table claims (
    number         text primary key,
    email          text not null,
    serial         text,
    status         text not null,
    channel        text not null,
    opened_at      timestamptz not null,
    closed_at      timestamptz,
    defect_visible boolean,
    misuse_likely  boolean,
    confidence     double precision,
    summary        text
);
create index claims_email on claims (email);

create table messages (
    id         bigint generated always as identity primary key,
    claim      text not null references claims on delete cascade,
    author     text not null,
    text       text not null,
    written_at timestamptz not null
);
