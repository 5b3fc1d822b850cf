-- The example's table; README.md tells how to remove it. The lock serializes processes that start at the same time.
SELECT pg_advisory_xact_lock(hashtext('camel_live_example'));

CREATE SCHEMA IF NOT EXISTS camel_live_example;

CREATE TABLE IF NOT EXISTS camel_live_example.orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  item text NOT NULL,
  quantity integer NOT NULL,
  packed_by text
);
