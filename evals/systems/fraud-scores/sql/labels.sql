-- One row per transaction of the window, with the label that training uses.
-- Fraud: confirmed by the desk, or blocked by the score and not called about within 30 days.
-- Not fraud: everything else; a dispute that the merchant has answered (representment) counts as not fraud.
select
    t.transaction_id,
    t.account_id,
    t.merchant_id,
    t.booked_at                                   as event_timestamp,
    t.amount,
    t.entry_mode,
    t.device_family,
    case
        when r.transaction_id is not null then 0
        when c.outcome = 'FRAUD' then 1
        when b.transaction_id is not null and b.customer_called_at is null then 1
        else 0
    end                                           as label
from cards.core.transactions t
left join cards.desk.cases c          on c.transaction_id = t.transaction_id
left join cards.auth.blocked b        on b.transaction_id = t.transaction_id and b.rule = 'block_ge_900'
left join cards.acquiring.representments r on r.transaction_id = t.transaction_id
where t.booked_at >= dateadd(day, -%(window_days)s, %(as_of)s)
  and t.booked_at <  dateadd(day, -30, %(as_of)s)
  and t.amount >= 30
