-- Stops the server and deletes its files once no session of the example has been open for two seconds (enough time to
-- reconnect). This script runs inside the server, and continues after its client has ended. Processes need not sign off, so it
-- also works after kill -9.
do $watch$
declare
  quiet int := 0;
begin
  loop
    -- A joining process takes this lock in shared mode (Seat.take): either this loop then sees its session, or its join fails.
    perform pg_advisory_xact_lock(1);
    quiet := case when exists (select from pg_stat_activity where usename <> current_user) then 0 else quiet + 1 end;
    exit when quiet = 8;
    commit;  -- frees the lock, and gives the next query a new snapshot
    perform pg_sleep(0.25);
  end loop;

  -- PROGRAM starts in the data folder, which has the cluster's name. A fast shutdown signals every process that the server
  -- has started, hence the trap.
  execute format($$ copy (select where false) to program $shell$
    trap '' INT TERM
    read postmaster < postmaster.pid && cd .. && {
      kill -INT $postmaster
      for i in 1 2 3 4 5 6 7 8 9 10; do sleep 1; [ -e %1$s/postmaster.pid ] || exec rm -rf %1$s; done
    } < /dev/null > /dev/null 2>&1 &
  $shell$ $$, current_setting('cluster_name'));
end
$watch$
