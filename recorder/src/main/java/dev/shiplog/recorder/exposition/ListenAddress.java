package dev.shiplog.recorder.exposition;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where metrics are served.
 *
 * @param host a name or an address, an IPv6 one without brackets
 * @param port 0 for any that is free
 */
public record ListenAddress(String host, int port) {
    private static final Pattern FORM = Pattern.compile("(\\[[0-9a-fA-F:.%a-z]+]|[^\\[\\]:/\\s]+):(\\d{1,5})");

    /** @throws IllegalArgumentException if it is no address, with one line for the user */
    public static ListenAddress of(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches() || Integer.parseInt(matcher.group(2)) > 65_535) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is not an address to listen on; write it as 127.0.0.1:9200, or none");
        }
        String host = matcher.group(1);
        return new ListenAddress(
                host.startsWith("[") ? host.substring(1, host.length() - 1) : host, Integer.parseInt(matcher.group(2)));
    }

    @Override
    public String toString() {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }
}
