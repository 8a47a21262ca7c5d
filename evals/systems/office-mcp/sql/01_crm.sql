create table customer (
  id serial primary key,
  name text not null,
  mail text,
  phone text,
  owner text not null,             -- sales person
  town text
);
create table deal (
  id serial primary key,
  customer int not null references customer,
  title text not null,
  stage text not null default 'asked' check (stage in ('asked', 'measured', 'offered', 'won', 'lost')),
  amount numeric(10, 2),
  margin numeric(4, 1),
  changed timestamptz not null default now()
);
create table note (
  id serial primary key,
  customer int not null references customer,
  source text not null,            -- form, phone, mail, chat
  body text not null,
  made timestamptz not null default now()
);
create index on note (customer, made desc);
