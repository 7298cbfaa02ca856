package dev.shiplog.timeline.redact;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.timeline.payload.LogMessage;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What is removed from the lines that containers log: whatever one of some regular expressions matches. These are RE2's,
 * which take time in proportion to the line, so no line can stop a recorder. A line is searched as UTF-8, each byte that is
 * not is a character of its own; {@code ^} and {@code $} are where a line begins and ends, also within lines that were joined. Of a long line that the engine cut, each part is searched by itself. Immutable.
 */
public final class LogRedaction {
    /** Removes nothing. */
    public static final LogRedaction NONE = new LogRedaction(List.of());

    private static final byte[] REDACTED = {'<', 'r', 'e', 'd', 'a', 'c', 't', 'e', 'd', '>'};

    private final List<Pattern> patterns;

    private LogRedaction(List<Pattern> patterns) {
        this.patterns = patterns;
    }

    /**
     * Removes what any of these matches.
     *
     * @throws IllegalArgumentException if one of them is empty or no regular expression, with
     *     one line for the user
     */
    public static LogRedaction of(List<String> regexes) {
        return regexes.isEmpty()
                ? NONE
                : new LogRedaction(regexes.stream().map(LogRedaction::compiled).toList());
    }

    private static Pattern compiled(String regex) {
        if (regex.isEmpty()) {
            throw new IllegalArgumentException("\"\" is not a regular expression that matches anything");
        }
        try {
            return Pattern.compile(regex, Pattern.MULTILINE);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "\"" + regex + "\" is not a regular expression: " + e.getDescription(), e);
        }
    }

    /** One regular expression that matches the same; empty if there is none. */
    public String text() {
        return patterns.size() == 1
                ? patterns.get(0).pattern()
                : patterns.stream()
                        .map(pattern -> "(?:" + pattern.pattern() + ")")
                        .collect(Collectors.joining("|"));
    }

    /** Whether it may remove anything. */
    public boolean isActive() {
        return !patterns.isEmpty();
    }

    /**
     * The payload of a log record with {@code <redacted>} in place of each match in its line, and of matches that meet; stream,
     * time and line end stay. The same array if nothing matches.
     */
    public byte[] redact(byte[] payload) {
        if (patterns.isEmpty()) {
            return payload;
        }
        LogMessage message = LogMessage.of(payload, payload.length);
        byte[] line = new byte[message.to() - message.from()];
        System.arraycopy(payload, message.from(), line, 0, line.length);
        BitSet secret = matches(line);
        return secret.isEmpty() ? payload : replaced(payload, message, line, secret);
    }

    /** The bytes of the line that are to go. */
    private BitSet matches(byte[] line) {
        BitSet matched = new BitSet();
        for (Pattern pattern : patterns) {
            Matcher matcher = pattern.matcher(line);
            while (matcher.find()) {
                matched.set(matcher.start(), matcher.end());
            }
        }
        return matched;
    }

    private static byte[] replaced(byte[] payload, LogMessage message, byte[] line, BitSet secret) {
        Bytes out = new Bytes(payload.length + REDACTED.length);
        out.put(payload, 0, message.from());
        int at = 0;
        while (at < line.length) {
            int from = secret.nextSetBit(at);
            int kept = from < 0 ? line.length : from;
            out.put(line, at, kept - at);
            if (from < 0) {
                break;
            }
            out.put(REDACTED);
            at = secret.nextClearBit(from);
        }
        out.put(payload, message.to(), message.end() - message.to());
        return out.toArray();
    }
}
