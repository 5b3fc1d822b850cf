package io.github.pgpubsub.internal.log.sharding;

/** Ways to break the rules, one each, and what the simulation has to say of them. */
enum Break {
    NONE(""),
    /** Nobody stands by for a frozen session. */
    NOBODY_WATCHES("has no leader"),
    /** Each member takes itself for the first. */
    OWN_TIES("shares"),
    /** Who does not do what falls to it is waited for without end. */
    NEVER_GIVEN_UP("has no leader"),
    /** A member that withdraws stays in the election. */
    WITHDRAWN_STAYS("without knowing"),
    /** The lead is given back before the messages that have begun are finished. */
    LEFT_BEFORE_FINISHED("two handle"),
    /** Members without shards are not seen. */
    PRESENCE_UNSEEN("shares");

    private final String symptom;

    Break(String symptom) {
        this.symptom = symptom;
    }

    boolean isFoundBy(String said) {
        return said.contains(symptom);
    }
}
