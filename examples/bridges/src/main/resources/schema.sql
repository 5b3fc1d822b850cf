-- This schema contains everything that the example creates, beside the log of kept messages in the schema pgpubsub.
CREATE SCHEMA IF NOT EXISTS camel_bridges_example;

CREATE TABLE IF NOT EXISTS camel_bridges_example.orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  item text NOT NULL,
  quantity integer NOT NULL
);
