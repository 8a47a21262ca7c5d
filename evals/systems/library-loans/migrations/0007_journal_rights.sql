-- The application may write the journal and read it, not change it.
revoke all on journal from loans_app;
grant select, insert on journal to loans_app;
grant usage on sequence journal_id_seq to loans_app;
