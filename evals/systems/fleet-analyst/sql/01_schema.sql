create table user_depots (
    email text not null,
    depot text not null,
    primary key (email, depot)
);

create table vehicles (
    id serial primary key,
    plate text unique not null,
    depot text not null,
    model text not null,
    next_inspection date
);

create table drivers (
    id serial primary key,
    name text not null,
    depot text not null,
    born date not null,
    licensed date not null,
    contract text not null check (contract in ('own', 'agency')),
    night_shift boolean not null default true
);

create table trips (
    id bigserial primary key,
    vehicle_id int not null references vehicles,
    driver_id int not null references drivers,
    depot text not null,
    day date not null,
    km numeric not null,
    harsh_brakes int not null default 0,
    night boolean not null default false
);
create index on trips (driver_id, day);

create table fuel (
    vehicle_id int not null references vehicles,
    day date not null,
    litres numeric not null,
    price numeric not null
);

create table incidents (
    id serial primary key,
    driver_id int not null references drivers,
    depot text not null,
    day date not null,
    at_fault boolean not null,
    cost numeric,
    note text
);

create table feedback (
    id bigserial primary key,
    driver_id int not null references drivers,
    depot text not null,
    at timestamptz not null default now(),
    comment text not null check (length(comment) <= 1500),
    stress real
);

create table feedback_insights (
    depot text not null,
    day date not null,
    summary text not null,
    primary key (depot, day)
);

create table risk_scores (
    driver_id int primary key references drivers,
    score real not null,
    day date not null
);

create table usage (
    who text not null,
    day date not null,
    tokens bigint not null,
    primary key (who, day)
);

create table agent_audit (
    id bigserial primary key,
    at timestamptz not null default now(),
    actor text not null,
    channel text not null,
    thread text not null,
    tool text not null,
    args jsonb not null,
    result text not null,
    status text not null
);
