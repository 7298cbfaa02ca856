package dev.shiplog.journal.bytes;

/**
 * Reads times in the one form that Go prints of them in UTC, as in {@code 2026-11-21T08:59:53.1696Z}: RFC 3339, {@code T}
 * and {@code Z} in capitals, up to nine digits of a second without zeros at their end, and no point if there are none. A
 * time in another form is not wrong, but writing what was read would give other bytes.
 */
public final class CanonicalTime {
    /** The longest there is, in bytes: {@code 2026-11-21T08:59:53.123456789Z}. */
    public static final int MAX_LENGTH = 30;

    /** What is returned for a text in any other form; no time has this value. */
    public static final long NONE = Long.MIN_VALUE;

    private static final int SECONDS_LENGTH = "2026-11-21T08:59:53Z".length();

    private CanonicalTime() {}

    /**
     * Reads the time that fills a range, which must lie within the array.
     *
     * @return ns since the epoch, negative before it; or {@link #NONE}, also for a year that does not fit into a long of
     *     ns wholly: before 1678 or after 2261
     */
    public static long read(byte[] in, int from, int to) {
        int length = to - from;
        if (length < SECONDS_LENGTH
                || length > MAX_LENGTH
                || in[from + 4] != '-'
                || in[from + 7] != '-'
                || in[from + 10] != 'T'
                || in[from + 13] != ':'
                || in[from + 16] != ':'
                || in[to - 1] != 'Z') {
            return NONE;
        }
        int century = pair(in, from);
        int yearOfCentury = pair(in, from + 2);
        int year = century * 100 + yearOfCentury;
        int month = pair(in, from + 5);
        int day = pair(in, from + 8);
        if (century < 0 || yearOfCentury < 0 || year < 1678 || year > 2261) {
            return NONE;
        }
        if (month < 1 || month > 12 || day < 1 || day > daysOf(month, year)) {
            return NONE;
        }
        int hour = pair(in, from + 11);
        int minute = pair(in, from + 14);
        int second = pair(in, from + 17);
        if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) {
            return NONE;
        }
        long nanos = 0;
        if (length > SECONDS_LENGTH) {
            if (length == SECONDS_LENGTH + 1 || in[from + 19] != '.' || in[to - 2] == '0') {
                return NONE;
            }
            for (int p = from + 20; p < from + 29; p++) {
                int digit = p < to - 1 ? in[p] - '0' : 0;
                if (digit < 0 || digit > 9) {
                    return NONE;
                }
                nanos = nanos * 10 + digit;
            }
        }
        // A civil date to days, after Howard Hinnant: years begin on 1 March.
        int y = month <= 2 ? year - 1 : year;
        int m = month <= 2 ? month + 9 : month - 3;
        long days = 365L * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719_468;
        return (((days * 24 + hour) * 60 + minute) * 60 + second) * 1_000_000_000L + nanos;
    }

    private static int daysOf(int month, int year) {
        return switch (month) {
            case 2 -> year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
            case 4, 6, 9, 11 -> 30;
            default -> 31;
        };
    }

    /** The value of two digits, negative if they are none. */
    private static int pair(byte[] in, int at) {
        int tens = in[at] - '0';
        int ones = in[at + 1] - '0';
        return tens < 0 || tens > 9 || ones < 0 || ones > 9 ? -1 : tens * 10 + ones;
    }
}
