-- The server's last act. This runs inside of it, in a session whose client may long be gone: when no
-- session of the example was there for two seconds (time enough to reconnect), the server stops and its files go.
-- It needs no cooperation from those who leave, so kill -9 is as good as a farewell.
do $watch$
declare
  quiet int := 0;
begin
  loop
    -- Who joins waits here for a moment, and then either is in or finds the server gone: Seat.take.
    perform pg_advisory_xact_lock(1);
    quiet := case when exists (select from pg_stat_activity where usename <> current_user) then 0 else quiet + 1 end;
    exit when quiet = 8;
    commit;  -- unlocks, and makes the next look a fresh one
    perform pg_sleep(0.25);
  end loop;

  -- Programs start in the folder of the data, which is named like the cluster. A fast shutdown signals
  -- everything that the server has started, hence the trap.
  execute format($$ copy (select where false) to program $shell$
    trap '' INT TERM
    read postmaster < postmaster.pid && cd .. && {
      kill -INT $postmaster
      for i in 1 2 3 4 5 6 7 8 9 10; do sleep 1; [ -e %1$s/postmaster.pid ] || exec rm -rf %1$s; done
    } < /dev/null > /dev/null 2>&1 &
  $shell$ $$, current_setting('cluster_name'));
end
$watch$
