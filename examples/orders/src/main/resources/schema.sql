-- This schema contains everything that the example creates; README.md tells how to remove it.
-- The statements are one transaction. The lock serializes processes that start at the same time.
SELECT pg_advisory_xact_lock(hashtext('camel_orders_example'));

CREATE SCHEMA IF NOT EXISTS camel_orders_example;

CREATE TABLE IF NOT EXISTS camel_orders_example.orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  shop text NOT NULL,
  item text NOT NULL,
  quantity integer NOT NULL
);

-- See "The row, if it fits" in docs/triggers.md: a notification holds at most 7999 bytes, and this limit must never make the
-- INSERT fail.
CREATE OR REPLACE FUNCTION camel_orders_example.notify_orders() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  payload text := row_to_json(NEW)::text;
BEGIN
  IF octet_length(payload) > 7999 THEN
    payload := json_build_object('id', NEW.id)::text;
  END IF;
  PERFORM pg_notify('orders-example', payload);
  RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS notify_orders ON camel_orders_example.orders;
CREATE TRIGGER notify_orders AFTER INSERT ON camel_orders_example.orders
  FOR EACH ROW EXECUTE FUNCTION camel_orders_example.notify_orders();
