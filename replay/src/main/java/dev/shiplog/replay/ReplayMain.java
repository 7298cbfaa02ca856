package dev.shiplog.replay;

/** The replay tool's command line. */
public final class ReplayMain {
    private ReplayMain() {}

    public static void main(String[] args) {
        throw new UnsupportedOperationException();
    }
}
