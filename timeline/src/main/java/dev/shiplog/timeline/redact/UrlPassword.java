package dev.shiplog.timeline.redact;

/** Finds the passwords in URLs. */
final class UrlPassword {
    /** What the engine itself puts in the place of a password in a URL. */
    private static final String MASKED = "xxxxx";

    private final EscapedText in;
    private final SecretText.Sink sink;
    /** No password begins between these two: to look at each URL in there again would take quadratic time. */
    private int cleanFrom;

    private int cleanTo;

    UrlPassword(EscapedText in, SecretText.Sink sink) {
        this.in = in;
        this.sink = sink;
    }

    /**
     * Cuts the password of {@code user:password@host}, which begins at {@code from}, or the token in its place.
     *
     * @return from where on there may be another one
     */
    int cutPassword(int from, int to) {
        if (from >= to || in.at(from, to) == '[' || from >= cleanFrom && from < cleanTo) {
            return from;
        }
        int colon = -1;
        int slash = -1;
        int at = -1;
        boolean port = true;
        int i = from;
        for (; i < to; i = in.next(i, to)) {
            int c = in.at(i, to);
            if (EscapedText.isSpace(c) || in.quote(i, to) > 0) {
                break;
            } else if (c == '/' || c == '?' || c == '#') {
                slash = slash < 0 ? i : slash;
                if (colon < 0 || port || at >= 0) {
                    break;
                }
            } else if (c == '@' && colon >= 0) {
                at = i;
                if (slash >= 0) {
                    break;
                }
            } else if (c == ':' && colon < 0) {
                colon = i;
            } else if (colon >= 0 && slash < 0) {
                port &= c >= '0' && c <= '9';
            }
        }
        if (at < 0) {
            if (in.isCutShort() && i >= to && !(colon >= 0 && port && in.next(colon, to) < to)) {
                sink.cut(from, to);
                return to;
            }
            cleanFrom = from;
            cleanTo = i;
            return from;
        }
        int password = in.next(colon, to);
        if (password == at || in.string(password, at, 16).equals("x-oauth-basic")) {
            if (from < colon) {
                sink.cut(from, colon);
            }
        } else if (!in.string(password, at, MASKED.length() + 1).equals(MASKED)) {
            sink.cut(password, at);
        }
        return at;
    }
}
