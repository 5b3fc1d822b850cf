package io.github.pgpubsub.camel;

/**
 * Tells the engine that an exchange has failed, so that {@code onError} applies. The consumer's exception handler has heard of it already.
 */
final class FailedExchange extends Exception {

    private static final long serialVersionUID = 1L;

    FailedExchange(Throwable cause) {
        super(cause.getMessage(), cause, false, false);
    }

    /** Is stored with a parked message, where only the cause's class says something. */
    @SuppressWarnings("OverrideThrowableToString")
    @Override
    public String toString() {
        return String.valueOf(getCause());
    }
}
