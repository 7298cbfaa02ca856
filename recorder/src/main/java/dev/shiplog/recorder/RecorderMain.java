package dev.shiplog.recorder;

/** The recorder's command line. */
public final class RecorderMain {
    private RecorderMain() {}

    public static void main(String[] args) {
        throw new UnsupportedOperationException();
    }
}
