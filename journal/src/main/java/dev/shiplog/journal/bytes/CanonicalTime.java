package dev.shiplog.journal.bytes;

/**
 * Times as text in the form that Go prints them in UTC: {@code 2026-11-21T08:59:53.1696Z}. RFC 3339 with capital
 * {@code T} and {@code Z}, and up to nine decimals of the second, without trailing zeros and without the point if there
 * are none. Only this form is read: other texts may be times as well, but writing what was read would give other bytes.
 */
public final class CanonicalTime {
    /** The length of the longest one, in bytes: {@code 2026-11-21T08:59:53.123456789Z}. */
    public static final int MAX_LENGTH = 30;

    /** Returned for a text of any other form; no time has this value. */
    public static final long NONE = Long.MIN_VALUE;

    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final int SECONDS_LENGTH = "2026-11-21T08:59:53Z".length();

    private CanonicalTime() {}

    /**
     * Reads the time that takes up the bytes from {@code from} to {@code to}, which must lie within the array.
     *
     * @return ns since the epoch, negative before it; {@link #NONE} for a text of another form, and for years before 1678
     *     and after 2261, of which a long of ns does not hold all
     */
    public static long read(byte[] in, int from, int to) {
        return read(in, from, to, false);
    }

    /**
     * Reads the time with nine decimals, zeros at their end too, that takes up {@link #MAX_LENGTH} bytes from {@code from}
     * on, which must lie within the array.
     *
     * @return as {@link #read}
     */
    public static long readNanos(byte[] in, int from) {
        return read(in, from, from + MAX_LENGTH, true);
    }

    private static long read(byte[] in, int from, int to, boolean nine) {
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
            if (length == SECONDS_LENGTH + 1 || in[from + 19] != '.' || in[to - 2] == '0' && !nine) {
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
        return (((days * 24 + hour) * 60 + minute) * 60 + second) * NANOS_PER_SECOND + nanos;
    }

    /**
     * Writes a time, ns since the epoch, at {@code at}; returns the position after it. Takes up to {@link #MAX_LENGTH} bytes.
     */
    static int write(long epochNanos, byte[] out, int at) {
        return write(epochNanos, out, at, false);
    }

    /** As {@link #write}, with all nine decimals. */
    static int writeNanos(long epochNanos, byte[] out, int at) {
        return write(epochNanos, out, at, true);
    }

    private static int write(long epochNanos, byte[] out, int at, boolean nine) {
        long seconds = Math.floorDiv(epochNanos, NANOS_PER_SECOND);
        int nanos = (int) (epochNanos - seconds * NANOS_PER_SECOND);
        long day = Math.floorDiv(seconds, 86_400L);
        int second = (int) (seconds - day * 86_400L);
        // Days to a civil date, after Howard Hinnant: eras of 400 years that begin on 1 March.
        long shifted = day + 719_468;
        long era = Math.floorDiv(shifted, 146_097L);
        int dayOfEra = (int) (shifted - era * 146_097L);
        int yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        int dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        int m = (5 * dayOfYear + 2) / 153;
        int month = m < 10 ? m + 3 : m - 9;
        int year = (int) (yearOfEra + era * 400) + (month <= 2 ? 1 : 0);
        int p = at;
        p = Decimal.writePair(year / 100, out, p);
        p = Decimal.writePair(year % 100, out, p);
        out[p++] = '-';
        p = Decimal.writePair(month, out, p);
        out[p++] = '-';
        p = Decimal.writePair(dayOfYear - (153 * m + 2) / 5 + 1, out, p);
        out[p++] = 'T';
        p = Decimal.writePair(second / 3600, out, p);
        out[p++] = ':';
        p = Decimal.writePair(second / 60 % 60, out, p);
        out[p++] = ':';
        p = Decimal.writePair(second % 60, out, p);
        if (nanos != 0 || nine) {
            out[p++] = '.';
            int end = p + 9;
            int high = nanos / 100_000;
            int low = nanos - high * 100_000;
            Decimal.writePair(high / 100, out, p);
            Decimal.writePair(high % 100, out, p + 2);
            Decimal.writePair(low / 1_000, out, p + 4);
            Decimal.writePair(low / 10 % 100, out, p + 6);
            out[p + 8] = (byte) ('0' + low % 10);
            while (out[end - 1] == '0' && !nine) {
                end--;
            }
            p = end;
        }
        out[p++] = 'Z';
        return p;
    }

    private static int daysOf(int month, int year) {
        return switch (month) {
            case 2 -> year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
            case 4, 6, 9, 11 -> 30;
            default -> 31;
        };
    }

    /** The value of two digits, or a negative number if they are none. */
    private static int pair(byte[] in, int at) {
        int tens = in[at] - '0';
        int ones = in[at + 1] - '0';
        return tens < 0 || tens > 9 || ones < 0 || ones > 9 ? -1 : tens * 10 + ones;
    }
}
