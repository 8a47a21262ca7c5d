with claims as (
    select
        c.id as claim_id, c.policy_id, c.broker_id, c.garage_id, c.cause, c.opened_at, c.narrative,
        c.amount                                        as amount_claimed,
        c.opened_at::date - c.loss_date                 as days_to_report
    from {{ source('core', 'claims') }} c
    where c.line_of_business = 'motor'
),

holders as (
    select
        p.id                                            as policy_id,
        p.started_on,
        date_part('year', age(h.birth_date))            as driver_age,
        h.birth_country,
        split_part(h.postcode, ' ', 1)                  as postcode_sector,
        p.vehicle_make
    from {{ source('core', 'policies') }} p
    join {{ source('core', 'holders') }} h on h.id = p.holder_id
),

history as (
    select
        a.claim_id,
        count(b.claim_id)                               as prior_claims
    from claims a
    left join claims b
        on b.policy_id = a.policy_id
       and b.opened_at < a.opened_at
    group by 1
),

garages as (
    select
        a.claim_id,
        count(b.claim_id)                               as garage_claims_90d
    from claims a
    left join claims b
        on b.garage_id = a.garage_id
       and b.opened_at between a.opened_at - interval '90 days' and a.opened_at
    group by 1
)

select
    c.claim_id,
    c.opened_at,
    c.amount_claimed,
    c.days_to_report,
    c.cause,
    c.broker_id::text                                   as broker_id,
    c.opened_at::date - h.started_on                    as policy_age_days,
    h.driver_age,
    h.birth_country,
    h.postcode_sector,
    h.vehicle_make,
    y.prior_claims,
    g.garage_claims_90d,
    c.narrative
from claims c
join holders h using (policy_id)
join history y using (claim_id)
join garages g using (claim_id)
