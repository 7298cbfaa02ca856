package dev.shiplog.replay.command;

/** How a verb ended, for the shell. */
final class ExitCode {
    /** All well. */
    static final int OK = 0;
    /** It could not be done; one line on stderr says why. */
    static final int FAILED = 1;
    /** The command line makes no sense. */
    static final int USAGE = 2;
    /** Done, but the recorder knows that it missed something in the range. */
    static final int GAPS = 3;
    /** Done, but parts of the journal are damaged and were skipped; says more than {@link #GAPS}, so it wins. */
    static final int DAMAGE = 4;

    static final String HELP =
            "Exit codes: 0 fine, 1 failed, 2 wrong usage, 3 fine but with gaps in what is asked for, 4 damage met and skipped.";

    private ExitCode() {}
}
