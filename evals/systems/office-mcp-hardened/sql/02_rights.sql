create table audit (
  at timestamptz not null default now(),
  conversation text not null,
  person text not null,
  tool text not null,
  arguments jsonb not null,
  confirmed boolean not null,
  result_chars int not null
);
create role office_crm login;
grant select on customer, deal, note to office_crm;
grant insert on note to office_crm;
grant update (stage, amount, changed) on deal to office_crm;
grant usage on sequence note_id_seq to office_crm;

create role office_host login;
grant insert on audit to office_host;
