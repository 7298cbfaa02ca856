package dev.shiplog.recorder.engine;

/**
 * Finds out from its brackets whether a body is whole that ends with its connection: such a body looks the same when it
 * was cut. For one thread.
 */
final class BodyScan {
    private final ValueScanner scanner = new ValueScanner();
    /** True if the body is one value, false if it is a stream, which may end wherever no value has begun. */
    private boolean oneValue;

    private boolean begun;
    private boolean whole;

    void expectOneValue() {
        oneValue = true;
    }

    /** True if the body may end here. */
    boolean isWhole() {
        return whole;
    }

    /** Looks at the next piece of the body. */
    void scan(byte[] bytes, int from, int to) {
        if (whole) {
            return;
        }
        int at = from;
        if (!begun) {
            at = skipInvisible(bytes, from, to);
            if (at == to) {
                return;
            }
            begun = true;
            whole = !oneValue || (bytes[at] != '{' && bytes[at] != '[');
            scanner.begin();
        }
        whole = whole || scanner.end(bytes, at, to) >= 0;
    }

    /** Where white space ends, and bytes that are not ASCII, as those of a byte order mark. */
    static int skipInvisible(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && bytes[at] <= ' ') {
            at++;
        }
        return at;
    }
}
