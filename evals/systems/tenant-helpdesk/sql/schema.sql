create extension if not exists vector;

create table tenant (
  id int primary key generated always as identity,
  slug text unique not null check (slug ~ '^[a-z0-9-]{2,40}$'),
  name text not null,
  mail text unique not null
);

create table resident (
  id int primary key generated always as identity,
  tenant_id int not null references tenant,
  mail text not null,
  name text not null,
  unique (tenant_id, mail)
);

create table ticket (
  id bigint primary key generated always as identity,
  tenant_id int not null references tenant,
  resident_id int references resident,
  source text not null check (source in ('mail', 'form')),
  subject text not null,
  body text not null,
  state text not null default 'new' check (state in ('new', 'answered', 'staff', 'closed')),
  answer text,
  made timestamptz not null default now(),
  closed timestamptz
);
create index on ticket (tenant_id, resident_id, made desc);

create table document (
  id int primary key generated always as identity,
  tenant_id int not null references tenant,
  title text not null,
  uploaded_by text not null,
  made timestamptz not null default now()
);

create table passage (
  id bigint primary key generated always as identity,
  tenant_id int not null references tenant,
  document_id int not null references document on delete cascade,
  text text not null,
  embedding vector(1024) not null,
  words tsvector generated always as (to_tsvector('german', text)) stored
);
create index on passage using hnsw (embedding vector_cosine_ops);
create index on passage using gin (words);
create index on passage (tenant_id);

create table proposal (
  id bigint primary key generated always as identity,
  tenant_id int not null references tenant,
  ticket_id bigint not null references ticket on delete cascade,
  kind text not null check (kind in ('repair', 'refund')),
  what text not null,
  cents int not null default 0 check (cents between 0 and 50000),
  decided_by text,
  approved boolean,
  made timestamptz not null default now()
);

create table kept_answer (
  key text primary key,
  answer text not null,
  made timestamptz not null default now()
);

create table action (
  id bigint primary key generated always as identity,
  tenant_id int not null,
  ticket_id bigint not null,
  tool text not null,
  inputs jsonb not null,
  outcome text not null,
  made timestamptz not null default now()
);
