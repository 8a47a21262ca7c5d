-- The role that the analyst's queries run as.
create role fleet_reader login;
grant select on vehicles, drivers, trips, fuel, incidents, feedback, risk_scores to fleet_reader;

alter table drivers enable row level security;
alter table trips enable row level security;
alter table incidents enable row level security;
alter table feedback enable row level security;

create policy own_depots on drivers for select to fleet_reader
    using (depot = any(string_to_array(current_setting('app.depots', true), ',')));
create policy own_depots on trips for select to fleet_reader
    using (depot = any(string_to_array(current_setting('app.depots', true), ',')));
create policy own_depots on incidents for select to fleet_reader
    using (depot = any(string_to_array(current_setting('app.depots', true), ',')));
create policy own_depots on feedback for select to fleet_reader
    using (depot = any(string_to_array(current_setting('app.depots', true), ',')));
