CREATE TABLE IF NOT EXISTS orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  item text NOT NULL,
  quantity integer NOT NULL
);

CREATE OR REPLACE FUNCTION notify_orders() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('orders', row_to_json(NEW)::text);
  RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS notify_orders ON orders;
CREATE TRIGGER notify_orders AFTER INSERT ON orders
  FOR EACH ROW EXECUTE FUNCTION notify_orders();
