/**
 * Small worlds, explored completely: three members, a short script, and every order of events, as by a model checker. The
 * simulation tries random orders in large worlds; the exploration tries all orders in small ones.
 *
 * <p><b>What is real.</b> {@link io.github.pgpubsub.internal.election.Leadership} with all its parts, and the server of the
 * simulation. A {@link io.github.pgpubsub.internal.election.exploration.World} is one state. It knows its
 * {@link io.github.pgpubsub.internal.election.exploration.Choice}s and executes them; {@link
 * io.github.pgpubsub.internal.election.exploration.Exploration} copies it for each choice and proceeds breadth first, so that a
 * broken rule is reported with the fewest steps. A state whose {@link
 * io.github.pgpubsub.internal.election.exploration.Fingerprint} was met before is not explored again.
 *
 * <p><b>What is a choice.</b> Which session's next request the server executes, and when its answer arrives; which session
 * reads its next notification; when a route begins and completes a message; when messages are sent; when a lost connection is
 * noticed and opened again; when a fault of the script happens (a member is stopped, killed, frozen, or loses its connection);
 * when a frozen process continues, with its timers or its notifications first. A session waits for its answers and sends its
 * requests in the real order.
 *
 * <p><b>Time</b> passes in units of a second, when all running sessions have nothing else to do; then all timers are checked.
 * A unit is longer than each short timer of the protocol, and the long timers are a few units, so timers that would expire one
 * after the other expire together, in any order. So an answer takes longer than a timer only if the process is frozen.
 *
 * <p><b>What is judged.</b> In every state: no two members may begin messages at once, no message comes twice unmarked or out of
 * order, no message is lost unreported when a later one is taken in, ids agree, a stopped member holds no memory. And from every
 * state at a new moment: without further faults, one member leads, a stopping member comes to its end, and all messages are
 * processed or reported.
 *
 * <p><b>What is not tried twice.</b> A step within one member that no other member can observe, such as the arrival of an answer
 * or a notification, commutes with the steps of others and is taken at once, unless it takes away the right to begin messages.
 *
 * <p><b>What is left out</b>, and is in the simulation: more members, cut networks and half-open connections, latency, requests
 * that fail, restarts of the server, forged messages, full queues and buffers, several consumers, newcomers, two releases. If two
 * unverified control messages have the same position, the fingerprint ignores which came first; states that differ only in this
 * count as one.
 */
package io.github.pgpubsub.internal.election.exploration;
