/**
 * Small worlds explored whole: three members, a short script, and every order in which things can happen, as a model checker
 * does it. The simulation beside it rolls dice in large worlds; this one leaves out nothing in small ones.
 *
 * <p><b>What is real.</b> {@link io.github.pgpubsub.internal.election.Leadership} with all that belongs to it, and the server of the
 * simulation. A {@link io.github.pgpubsub.internal.election.exploration.World} is one state. It knows its
 * {@link io.github.pgpubsub.internal.election.exploration.Choice}s and does them; {@link io.github.pgpubsub.internal.election.exploration.Exploration}
 * copies it for each choice and goes on breadth first, so that what breaks a rule is told with as few steps as can be. A state
 * that was met before, by its {@link io.github.pgpubsub.internal.election.exploration.Fingerprint}, is cut.
 *
 * <p><b>What is a choice.</b> Which session's next request the server executes, and when its answer arrives; which session
 * reads its next notification; when a route begins with a message and when it is done; when messages are sent; when a lost
 * connection is noticed and made anew; when one of the script's faults happens (a member is stopped, killed, frozen, loses its
 * connection), and when a frozen process goes on, with its timers or its notifications first. A session waits for its answers
 * and sends its requests in the real order.
 *
 * <p><b>Time</b> passes in units of a second, when all sessions that run have nothing else to do; then all timers are looked at.
 * A unit is longer than each short timer of the protocol, and the long ones are a few units, so what would be due one after the
 * other becomes due at once, in any order. So an answer takes longer than a timer only if the process is frozen.
 *
 * <p><b>What is judged.</b> In every state: no two may begin messages at once, nothing comes twice unmarked or out of order,
 * nothing is lost untold when a later message is taken in, ids agree, who has stopped holds no memory. And from every state at a
 * new moment: if nothing goes wrong any more, one leads, who stops comes to the end, all messages are processed or told.
 *
 * <p><b>What is not tried twice.</b> A step inside of one member that no other can see, the arrival of an answer or a
 * notification, commutes with the steps of others and is not put off, unless it takes the right to begin messages away.
 *
 * <p><b>What is left out</b>, and is in the simulation: more members, cut networks and half-open connections, latency, requests
 * that fail, restarts of the server, forged messages, full queues and buffers, several consumers, newcomers, two releases. Of two
 * control messages that wait to be believed and lie at the same place, the fingerprint does not tell which came first; states
 * that differ in this alone are taken for one.
 */
package io.github.pgpubsub.internal.election.exploration;
