/**
 * Shares the shards of a group among its members: which of them takes part in the election of which shard.
 *
 * <p>{@link io.github.pgpubsub.internal.log.sharding.Sharing} is one member's part: a state machine without I/O and without a clock, so a
 * simulation can test it. Now and then it sees all members with what they show about shards ({@link
 * io.github.pgpubsub.internal.log.sharding.MemberView}). What is shown are advisory locks, so it goes with the session that also holds the
 * leaders' locks, and a view is as of one moment. A view decides nothing: who leads a shard is decided by the shard's election, and what it
 * may write by the epoch of its place. A wrong, old or lost view costs time and moves, never a message.
 *
 * <pre>
 *              claims (free, and it falls to this member)
 *     ┌──────────────────────────────────▶ CLAIMS ◀────────────┐
 *     │                                      │  │ won          │ the lead is lost
 *   (none) ──▶ WATCHES ─────────────────────┐│  └────────────┐ │
 *     ▲         │ another shard is watched  ││ another won,  ▼ │
 *     │         ▼                      won  ││ or goes first LEADS
 *     └───── WITHDRAWS ◀─────────────────────┘                 │ surplus, stop, steps aside
 *     └───── LEAVES ◀──────────────────────────────────────────┘
 * </pre>
 *
 * <p><b>Shares.</b> Of n shards and m members that are present, each should have n / m, and n % m of them one more: those that have most
 * now, and of equals those whose id is lower ({@code Shares}). Who has more gives the surplus back; who has less claims free shards. Free
 * shards are dealt out in the order of the members' ids, so those who see the same do not claim the same. A shard that is being given back
 * counts for who has most, because its holder has decided under that count, and it is not free until it is given back.
 *
 * <p><b>Why shares settle.</b> With equal views nobody claims what another one claims, a share that is as large as it should be is not
 * touched, and each move takes a shard from a member above its share to one below it. When members come and go no further, views become
 * equal within two polls.
 *
 * <p><b>Why moves are few.</b> A member that comes takes its share and no more from the others; the shards of one that goes are dealt out
 * and nothing else moves. The larger shares stay where they are.
 *
 * <p><b>Two who claim the same</b> (their views differed): the one that wins keeps it; as long as none has won, the one with the lower id
 * goes on and the others withdraw.
 *
 * <p><b>Members that are dead, frozen or unable.</b> A dead session has no locks, so its shards are free with the next poll. A frozen one
 * keeps its locks. It is deposed by the election as any leader is, for which somebody must stand by: sessions that lead form a ring, and a
 * member of each session stands by for one shard of the session before it ({@code WATCHES}). Deposing ends the whole session. A member that
 * freezes with nothing but claims, or does not claim what falls to it, counts as absent after a patience of some polls ({@code
 * Unresponsive}) until it shows a change; if there is nothing for it to claim, it changes its {@code beat}. A member that can't win what it claims, or can't read, steps aside as a whole, and comes back
 * later: to keep a single shard back would leave the others to guess who takes it.
 *
 * <p><b>Bounds.</b> While nothing else fails, a shard whose leader has stopped or died has the next one within two polls and an election. A
 * frozen session adds its {@code leaderTimeout}, several neighbours in the ring one each. A member that claims and is frozen, or unable,
 * adds the patience, which is longer than it takes to depose a frozen leader.
 */
@NullMarked
package io.github.pgpubsub.internal.log.sharding;

import org.jspecify.annotations.NullMarked;
