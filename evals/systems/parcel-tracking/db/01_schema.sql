create table parcels (
  number text primary key,
  token text not null,
  weight_g int not null,
  goods_class smallint,
  cold boolean not null default false,
  state text not null default 'announced',
  zip text not null,
  created_at timestamptz not null default now()
);

create table scans (
  id bigint generated always as identity primary key,
  number text not null references parcels,
  at timestamptz not null,
  place text not null,
  kind text not null,
  device text not null,
  temperature numeric(4, 1)
);

create table agents (
  id serial primary key,
  name text not null,
  street text not null,
  zip text not null,
  opening_hours text not null
);

create table completions (
  number text primary key references parcels,
  agent_id int references agents,
  at timestamptz not null default now(),
  signed_by text not null
);

create table training_results (
  driver_id int not null,
  taken_at timestamptz not null default now(),
  score smallint not null check (score between 0 and 10),
  primary key (driver_id, taken_at)
);

create materialized view section_times as
select a.place as origin, b.place as destination, extract(isodow from a.at)::int as weekday, extract(hour from a.at)::int as hour,
       count(*) as trips,
       percentile_cont(0.5) within group (order by extract(epoch from b.at - a.at)) as median_s,
       percentile_cont(0.2) within group (order by extract(epoch from b.at - a.at)) as p20_s,
       percentile_cont(0.9) within group (order by extract(epoch from b.at - a.at)) as p90_s
from scans a join lateral (
  select place, at from scans s where s.number = a.number and s.at > a.at order by s.at limit 1
) b on true
where a.at > now() - interval '8 weeks'
group by 1, 2, 3, 4;
