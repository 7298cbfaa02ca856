package dev.shiplog.recorder.engine;

import dev.shiplog.recorder.http.CutOffException;
import dev.shiplog.recorder.http.NoAnswerException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Turns what went wrong between us and the engine into one clear line: where, what, what to do. */
final class Failures {
    private static final int LONGEST_MESSAGE = 200;

    /** Possessive throughout: other quantifiers take stack for each character, and the reading threads have little. */
    private static final Pattern JSON_MESSAGE =
            Pattern.compile("\"message\"\\s*+:\\s*+\"([^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+)\"");

    private static final Pattern HTML_HEADING =
            Pattern.compile("<(title|h1)[^>]*>(.*?)</\\1>", Pattern.DOTALL | Pattern.CASE_INSENSITIVE);

    private static final Pattern HEX = Pattern.compile("[0-9a-fA-F]{4}");

    /** {@code user:password@} after a scheme; a password may hold characters that should be escaped. */
    private static final Pattern USER = Pattern.compile("(://)[^\\s\"'<>]*@");

    /** What follows the scheme of an authorization, or the name of a secret. */
    private static final Pattern SECRET = Pattern.compile(
            "(\\b(?:bearer|basic)\\s++|(?:password|passwd|pwd|secret|token|api[_-]?key)[\"']?\\s*+[:=]\\s*+)"
                    + "(?:\"[^\"]*+\"?+|[^\\s,;&\"]++)",
            Pattern.CASE_INSENSITIVE);

    private static final String OUR_CERTIFICATE = "is cert.pem signed by a CA it trusts?";

    private Failures() {}

    /** Explains what was thrown while a request was sent or its answer was read. */
    static IOException explain(EngineAddress address, String path, Throwable thrown) {
        Throwable cause = mostTelling(thrown);
        Finding unreachable = unreachable(address, cause);
        Finding finding = unreachable != null ? unreachable : broken(address, cause);
        String where = unreachable != null ? ": " : ": GET " + path + ": ";
        return new EngineFailedException(address + where + finding.fact, finding.question, thrown);
    }

    /** What is known, and a question what to look at, or empty. */
    private record Finding(String fact, String question) {}

    private static final Finding NO_ANSWER =
            new Finding("no answer to connecting", "is the host up, does a firewall drop it?");

    private static Finding found(String fact) {
        return new Finding(fact, "");
    }

    /** Why the engine cannot be reached at all; null if the cause is another. */
    private static @Nullable Finding unreachable(EngineAddress address, Throwable cause) {
        String message = String.valueOf(cause.getMessage());
        Path socket = address.socket();
        if (cause instanceof SSLException) {
            return tls(message);
        }
        if (socket != null) {
            if (Files.isDirectory(socket)) {
                return found("is a directory; Docker makes one when it mounts a socket that is not there:"
                        + " remove it, start the engine, mount again");
            }
            if (message.contains("No such file")) {
                return new Finding("no such file", "is the engine running, is the socket mounted?");
            }
            if (message.contains("Permission denied")) {
                return denied(socket);
            }
            if (message.contains("Connection refused") || message.contains("Socket operation on non-socket")) {
                return Files.isRegularFile(socket)
                        ? found("is a plain file, not a socket")
                        : new Finding("connection refused; the socket is left over", "is the engine running?");
            }
            return null;
        }
        if (cause instanceof UnknownHostException) {
            return found("unknown host " + address.uri().getHost());
        }
        if (cause instanceof ConnectException || message.contains("Connection refused")) {
            return message.toLowerCase(Locale.ROOT).contains("timed out")
                    ? NO_ANSWER
                    : new Finding("connection refused", "does the engine listen on this port?");
        }
        if (cause instanceof SocketTimeoutException
                && message.toLowerCase(Locale.ROOT).contains("connect")) {
            return NO_ANSWER;
        }
        if (cause instanceof NoRouteToHostException) {
            return found("no route to the host");
        }
        return null;
    }

    private static Finding tls(String message) {
        String what = oneLine(message);
        if (message.contains("plaintext connection") || message.contains("Unsupported or unrecognized SSL message")) {
            return found("TLS failed, the far end does not speak TLS; unset DOCKER_TLS_VERIFY and DOCKER_CERT_PATH,"
                    + " or use the engine's TLS port");
        }
        if (message.contains("Received fatal alert") && (message.contains("certificate") || message.contains("_ca"))) {
            return new Finding("TLS failed, the engine refused our certificate (" + what + ")", OUR_CERTIFICATE);
        }
        if (message.contains("PKIX") || message.contains("unable to find valid certification path")) {
            return found("TLS failed, ca.pem did not sign the engine's certificate (" + what + ")");
        }
        return found("TLS failed: " + what);
    }

    private static Finding denied(Path socket) {
        try {
            PosixFileAttributes attributes = Files.readAttributes(socket, PosixFileAttributes.class);
            Object gid = Files.getAttribute(socket, "unix:gid", LinkOption.NOFOLLOW_LINKS);
            return found(
                    "permission denied: it belongs to " + attributes.owner().getName() + " and group "
                            + attributes.group().getName() + ", "
                            + PosixFilePermissions.toString(attributes.permissions())
                            + "; join that group, in a container with --group-add "
                            + gid);
        } catch (IOException e) {
            return new Finding("permission denied on the way to it", "may this user enter " + socket.getParent() + "?");
        }
    }

    private static Finding broken(EngineAddress address, Throwable cause) {
        String what = oneLine(String.valueOf(cause.getMessage()));
        boolean hungUp = cause instanceof NoAnswerException || what.matches("Broken pipe|Connection reset.*");
        if (hungUp) {
            return new Finding("the engine hung up", address.certificates() == null ? "" : OUR_CERTIFICATE);
        }
        if (cause instanceof CutOffException) {
            return found("cut off in the midst of the answer (" + what + ")");
        }
        if (cause instanceof ProtocolException) {
            return new Finding("this is not HTTP (" + what + ")", "does an engine listen there?");
        }
        if (cause instanceof ClosedByInterruptException || cause instanceof InterruptedIOException) {
            return found("interrupted");
        }
        return found(cause.getMessage() == null ? cause.getClass().getSimpleName() : what);
    }

    /**
     * The root cause; for TLS the exception above it, because root causes there speak of paths and anchors, unless it is
     * that the connection broke.
     */
    private static Throwable mostTelling(Throwable thrown) {
        Throwable cause = thrown;
        while (cause.getCause() != null && (!(cause instanceof SSLException) || isOfTheSocket(cause.getCause()))) {
            cause = cause.getCause();
        }
        return cause;
    }

    private static boolean isOfTheSocket(Throwable cause) {
        return cause instanceof IOException && !(cause instanceof SSLException) && !(cause instanceof EOFException);
    }

    /** The message in the body of an error: from the engine's JSON, from a proxy's HTML page, or the body as text. */
    static String message(byte[] body) {
        String text = new String(body, StandardCharsets.UTF_8);
        Matcher json = JSON_MESSAGE.matcher(text);
        if (json.find()) {
            return oneLine(unescape(json.group(1)));
        }
        Matcher html = HTML_HEADING.matcher(text);
        return html.find() ? oneLine(html.group(2)) : oneLine(text.replaceAll("<[^>]*>", " "));
    }

    private static String unescape(String json) {
        StringBuilder text = new StringBuilder();
        for (int at = 0; at < json.length(); at++) {
            char c = json.charAt(at);
            if (c != '\\') {
                text.append(c);
                continue;
            }
            char escaped = json.charAt(++at);
            if (escaped == 'u'
                    && HEX.matcher(json).region(at + 1, json.length()).lookingAt()) {
                text.append((char) HexFormat.fromHexDigits(json, at + 1, at + 5));
                at += 4;
            } else {
                text.append("nrtbf".indexOf(escaped) >= 0 ? ' ' : escaped);
            }
        }
        return text.toString();
    }

    static String oneLine(String text) {
        String line = text.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
        line = USER.matcher(line).replaceAll("$1…@");
        line = SECRET.matcher(line).replaceAll("$1…");
        return line.length() <= LONGEST_MESSAGE ? line : line.substring(0, LONGEST_MESSAGE) + "…";
    }
}
