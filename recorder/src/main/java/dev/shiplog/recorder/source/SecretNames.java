package dev.shiplog.recorder.source;

import java.util.regex.Pattern;

/** Which names say that a secret stands behind them, and a cheap test for bytes that hold none. Pure. */
final class SecretNames {
    /** Longer names are made of data, and looking at all of them would cost more than it finds. */
    static final int LONGEST = 256;

    private static final Pattern SECRET = Pattern.compile(
            "passw|passphrase|(?<!by|com)pass$|secret|credential|creds|token(?!i[sz])|bearer|jwt|signature$"
                    + "|(?:api|access|private|secret|auth|account|shared|encryption|signing|master|license|admin|deploy|app)[-_.]?key"
                    + "|(?:basic|digest)[-_.]?auth|auth$|authorization|(?:pwd|psk)$",
            Pattern.CASE_INSENSITIVE);
    /** The directory a shell is in, and the one before; options that take no value. */
    private static final Pattern HARMLESS = Pattern.compile("PWD|OLDPWD|.*-stdin|-*no-.*");

    /** Each byte sequence without which no rule finds anything, in lower case; told apart by the first two bytes. */
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

    private static final boolean[] BEGINNINGS = beginnings();

    private SecretNames() {}

    /** Whether what has this name is a secret. */
    static boolean isSecret(String name) {
        return SECRET.matcher(name).find() && !HARMLESS.matcher(name).matches();
    }

    /** Whether the name is that of a proxy, whose address may have no scheme in front. */
    static boolean isProxy(String name) {
        return name.regionMatches(true, name.length() - 5, "proxy", 0, 5);
    }

    /** False if no secret is in a JSON object's bytes; a nanosecond or so for each of them. */
    static boolean mayStandIn(byte[] bytes) {
        if (bytes.length > 0 && bytes[bytes.length - 1] > ' ' && bytes[bytes.length - 1] != '}') {
            return true; // cut short, perhaps before the sign that would tell
        }
        int before = 0;
        for (int i = 0; i < bytes.length; i++) {
            int lower = lower(bytes[i]);
            if (BEGINNINGS[before << 7 | lower] && begins(bytes, i - 1)) {
                return true;
            }
            before = lower;
        }
        return false;
    }

    private static boolean begins(byte[] bytes, int from) {
        if (bytes[from + 1] == '@') {
            return true;
        }
        for (String trigger : TRIGGERS) {
            int n = 0;
            while (n < trigger.length() && from + n < bytes.length && lower(bytes[from + n]) == trigger.charAt(n)) {
                n++;
            }
            if (n == trigger.length()) {
                return true;
            }
        }
        return false;
    }

    private static int lower(byte b) {
        return b >= 'A' && b <= 'Z' ? b | 0x20 : b & 0x7F;
    }

    private static boolean[] beginnings() {
        boolean[] set = new boolean[1 << 14];
        for (String trigger : TRIGGERS) {
            set[trigger.charAt(0) << 7 | trigger.charAt(1)] = true;
        }
        for (int any = 1; any < 128; any++) {
            set[any << 7 | '@'] = true; // user:password@host
        }
        return set;
    }
}
