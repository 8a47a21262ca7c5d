create table streets (name text primary key);

create table lines (origin text not null, destination text not null, next text not null, primary key (origin, destination));

-- places that a parcel still has to pass, from where it was seen last
create function route_of(parcel text) returns table (place text) language sql stable as $$
  with recursive way(place, target, n) as (
    select s.place, 'zip-' || left(p.zip, 3), 0
    from parcels p join lateral (select place from scans where number = p.number order by at desc limit 1) s on true
    where p.number = parcel
    union all
    select l.next, way.target, n + 1 from way join lines l on l.origin = way.place and l.destination = way.target where n < 12
  )
  select place from way order by n
$$;
