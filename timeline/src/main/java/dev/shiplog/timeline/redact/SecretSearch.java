package dev.shiplog.timeline.redact;

import com.fasterxml.jackson.core.JsonParser;
import dev.shiplog.timeline.payload.PayloadJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * Removes the secrets from the strings of a JSON text and copies the rest, byte for byte. The JSON need not be valid:
 * if it was cut short or is damaged, it is searched as plain text as well. Used once.
 */
final class SecretSearch {
    private static final byte[] REDACTED = SecretText.REDACTED.getBytes(StandardCharsets.US_ASCII);
    /** What is nested deeper is searched all the same, but its path is not complete. */
    private static final int DEEPEST = 4096;

    private static final int LONGEST_PATH = 300;
    /** Longer lists of paths help nobody: {@value #MORE} stands for the others. */
    private static final int MOST_PATHS = 1000;

    private static final String MORE = "…";
    /** Later cuts leave no mark, so that redaction does not make a message several times larger. */
    private static final int MOST_REDACTED = 10_000;

    private final byte[] bytes;
    private final boolean onlyEnvironment;
    /** The bytes to cut, and where each cut begins: bit sets take an eighth of the message each, however many cuts. */
    private final BitSet cut = new BitSet();

    private final BitSet begins = new BitSet();
    /** A path for each cut. */
    private final List<String> removed = new ArrayList<>();

    private final EscapedText in;
    private final UrlPassword url;
    private final SecretText text;

    /** Of each level: where the name of the current member is, or the index in a list (then {@link #nameTo} is -1). */
    private int[] nameFrom = new int[32];

    private int[] nameTo = new int[32];
    private int depth;
    private boolean sound = true;
    private String path = "";

    SecretSearch(byte[] bytes, boolean onlyEnvironment) {
        this.bytes = bytes;
        this.onlyEnvironment = onlyEnvironment;
        this.in = new EscapedText(bytes);
        this.url = new UrlPassword(in, this::cut);
        this.text = new SecretText(in, url, this::cut);
    }

    /** Redacts a whole JSON text, or what there is of one. */
    Redaction.Redacted ofMessage() {
        walk();
        if (!sound && !onlyEnvironment) {
            path = "text";
            text.text(0, bytes.length);
        }
        return result();
    }

    private void cut(int from, int to) {
        if (!cut.get(from) && !begins.get(from)) {
            addPath();
        }
        begins.set(from);
        cut.set(from, to);
    }

    private void addPath() {
        if (removed.size() < MOST_PATHS) {
            path = path.isEmpty() ? path() : path;
            removed.add(path);
        } else if (removed.size() == MOST_PATHS) {
            removed.add(MORE);
        }
    }

    private void walk() {
        boolean open = true; // a string may begin here
        for (int i = 0; i < bytes.length; ) {
            switch (bytes[i]) {
                case '"' -> {
                    int end = stringEnd(i + 1);
                    sound &= open && end < bytes.length;
                    if (end == bytes.length) {
                        in.cutShort();
                    }
                    open = false;
                    int after = end + 1;
                    while (after < bytes.length && bytes[after] <= ' ') {
                        after++;
                    }
                    if (after < bytes.length && bytes[after] == ':' && !inList()) {
                        nameFrom[level()] = i + 1;
                        nameTo[level()] = end;
                    } else {
                        value(i + 1, end);
                    }
                    i = after;
                    continue;
                }
                case '{', '[' -> {
                    push(bytes[i] == '[');
                    open = true;
                }
                case '}', ']' -> {
                    depth--;
                    sound &= depth >= 0;
                    depth = Math.max(depth, 0);
                    open = false;
                    text.arguments(false);
                }
                case ',' -> {
                    nameFrom[level()] += inList() ? 1 : 0;
                    open = true;
                }
                case ':' -> open = true;
                case ' ', '\t', '\r', '\n' -> {}
                default -> {
                    sound &= Character.isLetterOrDigit(bytes[i]) || ".+-".indexOf(bytes[i]) >= 0;
                    open = false;
                }
            }
            i++;
        }
        sound &= depth == 0;
    }

    private int stringEnd(int from) {
        int i = from;
        while (i < bytes.length && bytes[i] != '"') {
            i += bytes[i] == '\\' ? 2 : 1;
        }
        return Math.min(i, bytes.length);
    }

    private int level() {
        return Math.min(depth, DEEPEST);
    }

    private boolean inList() {
        return nameTo[level()] < 0;
    }

    private void push(boolean list) {
        if (list) {
            text.arguments(name(depth).equals("Args"));
        }
        depth++;
        if (level() == nameFrom.length) {
            nameFrom = Arrays.copyOf(nameFrom, 2 * depth);
            nameTo = Arrays.copyOf(nameTo, 2 * depth);
        }
        nameFrom[level()] = 0;
        nameTo[level()] = list ? -1 : 0;
    }

    /** Searches a string that is not a name, without its quotes. */
    private void value(int from, int to) {
        path = "";
        boolean list = inList();
        if (list && depth == 3 && name(2).equals("Env") && name(1).equals("Config")) {
            environment(from, to);
        } else if (!onlyEnvironment && (list || mayHold(from, to))) {
            // The name of a list counts for each of its texts.
            String name = list ? depth > 1 ? name(depth - 1) : "" : name(depth);
            if (SecretNames.isSecret(name)) {
                cut(from, to);
            } else if (list) {
                text.argument(from, to);
            } else {
                if (SecretNames.isProxy(name)) {
                    url.cutPassword(from, to);
                }
                text.text(from, to);
            }
        }
    }

    /** Whether the member may hold a secret. A text that is cut short may end before the byte that would show it. */
    private boolean mayHold(int from, int to) {
        return to == bytes.length
                || SecretNames.mayStandIn(bytes, from, to)
                || SecretNames.mayStandIn(bytes, nameFrom[level()], nameTo[level()])
                || name(depth).equals("Path");
    }

    private void environment(int from, int to) {
        int value = in.afterFirst('=', from, to);
        if (value >= 0) {
            String variable = readable(from, value);
            path = name(1) + "." + name(2) + "." + variable.substring(0, Math.max(0, variable.length() - 1));
            cut(value, to);
        }
    }

    private String name(int at) {
        return at > DEEPEST || nameTo[at] < 0 ? "" : in.string(nameFrom[at], nameTo[at], SecretNames.LONGEST);
    }

    private String path() {
        StringBuilder names = new StringBuilder();
        for (int at = 1; at <= level() && names.length() < LONGEST_PATH; at++) {
            names.append(at == 1 ? "" : ".")
                    .append(nameTo[at] < 0 ? Integer.toString(nameFrom[at]) : readable(nameFrom[at], nameTo[at]));
        }
        return names.length() <= LONGEST_PATH ? names.toString() : names.substring(0, LONGEST_PATH) + "…";
    }

    /** The beginning of a JSON string, unescaped; as it is if its escapes are invalid. */
    private String readable(int from, int to) {
        String raw = new String(bytes, from, Math.min(to - from, SecretNames.LONGEST), StandardCharsets.UTF_8);
        try (JsonParser json = PayloadJson.FACTORY.createParser('"' + raw + '"')) {
            json.nextToken();
            return json.getText();
        } catch (IOException e) {
            return raw;
        }
    }

    private Redaction.Redacted result() {
        if (removed.isEmpty()) {
            return new Redaction.Redacted(bytes, List.of());
        }
        int stretches = 0;
        for (int from = begins.nextSetBit(0); from >= 0; from = begins.nextSetBit(afterCut(from))) {
            stretches++;
        }
        int marked = Math.min(stretches, MOST_REDACTED);
        byte[] out = new byte[bytes.length - cut.cardinality() + marked * REDACTED.length];
        int length = 0;
        int copied = 0;
        for (int from = begins.nextSetBit(0); from >= 0; from = begins.nextSetBit(afterCut(from))) {
            length = copy(bytes, copied, from - copied, out, length);
            length = copy(REDACTED, 0, marked-- > 0 ? REDACTED.length : 0, out, length);
            copied = cut.nextClearBit(from);
        }
        copy(bytes, copied, bytes.length - copied, out, length);
        return new Redaction.Redacted(out, removed);
    }

    private int afterCut(int from) {
        return Math.max(cut.nextClearBit(from), from + 1);
    }

    private static int copy(byte[] from, int at, int count, byte[] to, int length) {
        System.arraycopy(from, at, to, length, count);
        return length + count;
    }
}
