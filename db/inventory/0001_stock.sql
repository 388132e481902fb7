create table inventory.items (
  id uuid primary key,
  sku text not null unique,
  name text not null,
  uom text not null,
  revision int not null,
  weight_grams int,
  category text,
  cost_minor bigint,
  cost_currency text,
  price_minor bigint,
  price_currency text,
  constraint ck_items_revision check (revision > 0),
  constraint ck_items_weight check (weight_grams >= 0),
  constraint ck_items_cost check (cost_minor >= 0 and (cost_minor is null) = (cost_currency is null)),
  constraint ck_items_price check (price_minor >= 0 and (price_minor is null) = (price_currency is null))
);

-- A code that named an item once names it for good: every host keeps in memory which codes do.
create function inventory.items_stay() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  raise exception 'an item is never deleted and its code never changes: %', old.sku;
end
$$;
create trigger items_stay before delete on inventory.items for each row execute function inventory.items_stay();
create trigger items_keep_their_code before update of id, sku on inventory.items
  for each row when (old.id is distinct from new.id or old.sku is distinct from new.sku) execute function inventory.items_stay();

create table inventory.nodes (
  code text primary key,
  name text not null,
  kind text not null,
  revision int not null,
  region text,
  open boolean not null default true,
  constraint ck_nodes_kind check (kind in ('store', 'dc', 'supplier')),
  constraint ck_nodes_revision check (revision > 0)
);

-- free = on_hand - allocated - reserved - safety; a promise never exceeds what is there, unless a fact from outside took it (short).
create table inventory.positions (
  item_id uuid not null,
  node text not null,
  condition text not null,
  on_hand int not null,
  allocated int not null,
  reserved int not null,
  short int not null default 0,
  safety int not null default 0,
  constraint ck_positions_condition check (condition in ('sellable', 'quarantine', 'damaged')),
  constraint ck_positions_on_hand check (on_hand >= 0),
  constraint ck_positions_allocated check (allocated >= 0),
  constraint ck_positions_reserved check (reserved >= 0),
  constraint ck_positions_short check (short >= 0),
  constraint ck_positions_safety check (safety >= 0),
  constraint ck_positions_promised check (on_hand + short >= allocated + reserved),
  primary key (item_id, node, condition)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);

-- A batch of movements that somebody asked for under a name of its own: asked twice, answered as the first time.
create table inventory.batches (
  key text primary key,
  answer jsonb not null,
  created timestamptz not null
);

-- The ledger: the only writer of on_hand.
create table inventory.movements (
  id uuid primary key,
  item_id uuid not null,
  node text not null,
  condition text not null,
  kind text not null,
  quantity int not null,
  reason text,
  cause text not null,
  occurred timestamptz not null,
  recorded timestamptz not null default clock_timestamp(),
  constraint ck_movements_kind check (kind in ('received', 'shipped', 'adjusted', 'transferred', 'returned', 'scrapped')),
  constraint ck_movements_quantity check (quantity <> 0),
  constraint ck_movements_reason check (kind <> 'adjusted' or reason is not null),
  constraint ck_movements_cause check (cause <> '')
);
create index ix_movements_position on inventory.movements (item_id, node, condition);
create index ix_movements_recorded on inventory.movements using brin (recorded);
select platform.append_only('inventory.movements');

-- One row per attempt, line and position: what an order was promised.
create table inventory.allocations (
  order_id uuid not null,
  attempt int not null,
  line_id int not null,
  item_id uuid not null,
  node text not null,
  quantity int not null,
  shipped int not null default 0,
  created timestamptz not null,
  released int not null default 0,
  constraint ck_allocations_quantity check (quantity > 0),
  constraint ck_allocations_shipped check (shipped >= 0),
  constraint ck_allocations_released check (released >= 0),
  constraint ck_allocations_open check (shipped + released <= quantity),
  primary key (order_id, attempt, line_id, node)
) with (fillfactor = 80);
create index ix_allocations_open on inventory.allocations (item_id, node) where shipped + released < quantity;

-- A promise that lapses by itself, and what it holds where.
create table inventory.reservations (
  id uuid primary key,
  key text not null unique,
  status text not null,
  expires timestamptz,
  order_id uuid,
  created timestamptz not null,
  constraint ck_reservations_status check (status in ('open', 'converted', 'released', 'expired')),
  constraint ck_reservations_order check ((status = 'converted') = (order_id is not null))
);
create index ix_reservations_expires on inventory.reservations (expires) where status = 'open';

create table inventory.reservation_lines (
  reservation_id uuid not null,
  line_id int not null,
  item_id uuid not null,
  node text not null,
  quantity int not null,
  constraint ck_reservation_lines_quantity check (quantity > 0),
  primary key (reservation_id, line_id, node)
);

-- What was wanted and not there, per item and day: where replenishment looks first.
create table inventory.unmet_demand (
  sku text not null,
  day date not null,
  quantity bigint not null,
  orders bigint not null,
  primary key (sku, day)
);
