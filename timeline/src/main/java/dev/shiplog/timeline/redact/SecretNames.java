package dev.shiplog.timeline.redact;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Pattern;

/** Which names announce a secret, and a cheap test for bytes that hold none. Pure. */
final class SecretNames {
    /** Longer names are data, and to search them would cost more than it finds. */
    static final int LONGEST = 256;

    private static final Pattern SECRET = Pattern.compile(
            "passw|passphrase|(?<!by|com)pass$|secret|credential|creds|token(?!i[sz])|bearer|jwt|signature$"
                    + "|(?:api|access|private|secret|auth|account|shared|encryption|signing|master|license|admin|deploy|app)[-_.]?key"
                    + "|(?:basic|digest)[-_.]?auth|auth$|authorization|(?:pwd|psk)$",
            Pattern.CASE_INSENSITIVE);
    /** A shell's directory, and the one before; options without a value. */
    private static final Pattern HARMLESS = Pattern.compile("PWD|OLDPWD|.*-stdin|-*no-.*");

    /** In lower case: where none of these byte sequences occurs, no rule finds a secret. */
    private static final String[] TRIGGERS = {
        "pass",
        "pwd",
        "secret",
        "cred",
        "token",
        "key",
        "auth",
        "bearer",
        "basic",
        "jwt",
        "psk",
        "signature",
        "identified",
        "env=",
        "curl",
        "--user",
        "_user",
        "login",
        "\\u00",
        " -a",
        " -p",
        " -u",
        " -w",
        " -e",
        " -h",
        "\"-a",
        "\"-p",
        "\"-u",
        "\"-w",
        "\"-e",
        "\"-h"
    };

    /** The triggers that begin with two bytes; an empty one where the second is {@code @}. */
    private static final byte[][][] BEGINNINGS = beginnings();

    private SecretNames() {}

    /** Whether the value of this name is a secret. */
    static boolean isSecret(String name) {
        return SECRET.matcher(name).find() && !HARMLESS.matcher(name).matches();
    }

    /** Whether the name is that of a proxy, whose address may lack a scheme. */
    static boolean isProxy(String name) {
        return name.regionMatches(true, name.length() - 5, "proxy", 0, 5);
    }

    /** False if the bytes of a JSON object hold no secret; takes about two nanoseconds a byte. */
    static boolean mayStandIn(byte[] bytes) {
        int last = bytes.length > 0 ? bytes[bytes.length - 1] : ' ';
        // Else it is cut short, perhaps before the trigger.
        return last > ' ' && last != '}' || mayStandIn(bytes, 0, bytes.length);
    }

    /** False if these bytes of a JSON object neither hold nor name a secret. */
    static boolean mayStandIn(byte[] bytes, int from, int to) {
        int before = 0;
        for (int i = from; i < to; i++) {
            int lower = lower(bytes[i]);
            byte[][] triggers = BEGINNINGS[before << 7 | lower];
            if (triggers != null && begins(triggers, bytes, i - 1, to)) {
                return true;
            }
            before = lower;
        }
        return false;
    }

    private static boolean begins(byte[][] triggers, byte[] bytes, int from, int to) {
        for (byte[] trigger : triggers) {
            int n = 0;
            while (n < trigger.length && from + n < to && lower(bytes[from + n]) == trigger[n]) {
                n++;
            }
            if (n == trigger.length) {
                return true;
            }
        }
        return false;
    }

    private static int lower(byte b) {
        return b >= 'A' && b <= 'Z' ? b | 0x20 : b & 0x7F;
    }

    private static byte[][][] beginnings() {
        byte[][][] beginnings = new byte[1 << 14][][];
        for (String trigger : TRIGGERS) {
            int at = trigger.charAt(0) << 7 | trigger.charAt(1);
            beginnings[at] = Arrays.stream(TRIGGERS)
                    .filter(other -> other.startsWith(trigger.substring(0, 2)))
                    .map(other -> other.getBytes(StandardCharsets.US_ASCII))
                    .toArray(byte[][]::new);
        }
        for (int any = 0; any < 128; any++) {
            beginnings[any << 7 | '@'] = new byte[][] {{}}; // user:password@host
        }
        return beginnings;
    }
}
