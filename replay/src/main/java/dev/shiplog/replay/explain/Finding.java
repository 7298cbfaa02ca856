package dev.shiplog.replay.explain;

/**
 * What a rule found.
 *
 * @param summary a sentence
 */
record Finding(Cause cause, Confidence confidence, String summary) {
    static Finding unknown(String summary) {
        return new Finding(Cause.UNKNOWN, Confidence.UNKNOWN, summary);
    }
}
