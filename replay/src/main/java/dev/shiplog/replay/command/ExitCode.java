package dev.shiplog.replay.command;

/** How a verb ended, as an exit code. */
final class ExitCode {
    /** Done, and nothing is missing. */
    static final int OK = 0;
    /** Not done; one line on stderr says why. */
    static final int FAILED = 1;
    /** The command line makes no sense. */
    static final int USAGE = 2;
    /**
     * Done, but something that is asked for was not recorded, or may not have been: also a container that is named. A filter
     * that nothing meets is an answer.
     */
    static final int GAPS = 3;
    /** Done, but damaged parts of the journal were skipped. This wins over {@link #GAPS}. */
    static final int DAMAGE = 4;
    /** Done, but an archive is not what its manifest says, and parts of it were skipped. This wins over {@link #DAMAGE}. */
    static final int MISMATCH = 5;

    static final String HELP =
            "Exit codes: 0 fine, 1 failed, 2 wrong usage, 3 fine but with gaps in what is asked for, 4 damage met and skipped,"
                    + " 5 an archive does not match its manifest.";

    private ExitCode() {}

    /** The code of an answer in which something that is asked for is missing, and which would else have ended with {@code code}. */
    static int withGaps(int code) {
        return code == OK ? GAPS : code;
    }
}
