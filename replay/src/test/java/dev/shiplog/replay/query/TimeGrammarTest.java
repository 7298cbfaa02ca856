package dev.shiplog.replay.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimeGrammarTest {
    /** 11:30 in UTC, half past midnight of the next day in Kiritimati, a quarter past five in Kathmandu. */
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-11-21T11:30:00Z"));

    @ParameterizedTest(name = "{0} in {1} is {2}")
    @CsvSource(textBlock = """
                    now,                                 UTC,                2026-11-21T11:30:00Z
                    NOW,                                 UTC,                2026-11-21T11:30:00Z
                    today,                               UTC,                2026-11-21T00:00:00Z
                    yesterday,                           UTC,                2026-11-20T00:00:00Z
                    today,                               Asia/Kathmandu,     2026-11-20T18:15:00Z
                    today,                               Pacific/Kiritimati, 2026-11-21T10:00:00Z
                    yesterday,                           Pacific/Kiritimati, 2026-11-20T10:00:00Z
                    2026-11-21,                          UTC,                2026-11-21T00:00:00Z
                    2026-11-21,                          Europe/Berlin,      2026-11-20T23:00:00Z
                    2026-11-21T10:00,                    UTC,                2026-11-21T10:00:00Z
                    2026-11-21 10:00,                    UTC,                2026-11-21T10:00:00Z
                    2026-11-21T10:00:30.5,               Europe/Berlin,      2026-11-21T09:00:30.5Z
                    2026-07-01T10:00,                    Europe/Berlin,      2026-07-01T08:00:00Z
                    2026-11-21T10:00:00Z,                Europe/Berlin,      2026-11-21T10:00:00Z
                    2026-11-21T10:00:00.123456789+02:00, UTC,                2026-11-21T08:00:00.123456789Z
                    2026-11-21 10:00:00-05:30,           UTC,                2026-11-21T15:30:00Z
                    10:00,                               UTC,                2026-11-21T10:00:00Z
                    23:59:59.5,                          UTC,                2026-11-21T23:59:59.5Z
                    00:15,                               Pacific/Kiritimati, 2026-11-21T10:15:00Z
                    0s,                                  UTC,                2026-11-21T11:30:00Z
                    90s,                                 UTC,                2026-11-21T11:28:30Z
                    15m,                                 UTC,                2026-11-21T11:15:00Z
                    3h,                                  UTC,                2026-11-21T08:30:00Z
                    2d,                                  UTC,                2026-11-19T11:30:00Z
                    1w,                                  UTC,                2026-11-14T11:30:00Z
                    1h30m,                               UTC,                2026-11-21T10:00:00Z
                    9:05,                                UTC,                2026-11-21T09:05:00Z
                    9:05:30.5,                           Asia/Kathmandu,     2026-11-21T03:20:30.5Z
                    yesterday 03:12,                     UTC,                2026-11-20T03:12:00Z
                    Yesterday 03:12,                     Pacific/Kiritimati, 2026-11-20T13:12:00Z
                    yesterday at 3:12,                   UTC,                2026-11-20T03:12:00Z
                    today 9:05,                          UTC,                2026-11-21T09:05:00Z
                    todayT09:05:30,                      UTC,                2026-11-21T09:05:30Z
                    15 minutes ago,                      UTC,                2026-11-21T11:15:00Z
                    2 hours ago,                         Europe/Berlin,      2026-11-21T09:30:00Z
                    an hour ago,                         UTC,                2026-11-21T10:30:00Z
                    1 hour 30 minutes ago,               UTC,                2026-11-21T10:00:00Z
                    1 hour and 30 min ago,               UTC,                2026-11-21T10:00:00Z
                    3 DAYS AGO,                          UTC,                2026-11-18T11:30:00Z
                    1 week ago,                          UTC,                2026-11-14T11:30:00Z
                    15m ago,                             UTC,                2026-11-21T11:15:00Z
                    10:00Z,                              Europe/Berlin,      2026-11-21T10:00:00Z
                    9:05:30.5z,                          Europe/Berlin,      2026-11-21T09:05:30.5Z
                    10:00:05+02:00,                      UTC,                2026-11-21T08:00:05Z
                    09:05-0530,                          UTC,                2026-11-21T14:35:00Z
                    01:00+14:00,                         UTC,                2026-11-21T11:00:00Z
                    90 secs ago,                         UTC,                2026-11-21T11:28:30Z
                    -15m,                                UTC,                2026-11-21T11:15:00Z
                    2 hours,                             UTC,                2026-11-21T09:30:00Z
                    -15 m,                               UTC,                2026-11-21T11:15:00Z
                    - 15 minutes,                        UTC,                2026-11-21T11:15:00Z
                    -1 hour and 30 min,                  UTC,                2026-11-21T10:00:00Z
                    -1h30m,                              UTC,                2026-11-21T10:00:00Z
                    1795251036929,                       UTC,                2026-11-21T08:50:36.929Z
                    0,                                   UTC,                1970-01-01T00:00:00Z
                    1795251036,                          UTC,                2026-11-21T08:50:36Z
                    1795251036.929108427,                UTC,                2026-11-21T08:50:36.929108427Z
                    1795251036.5,                        UTC,                2026-11-21T08:50:36.5Z
                    -1.5,                                UTC,                1969-12-31T23:59:58.5Z
                    """)
    void readsWhatPeopleType(String text, String zone, String expected) {
        Instant instant = Instant.parse(expected);

        assertThat(new TimeGrammar(CLOCK, ZoneId.of(zone)).parse(text))
                .isEqualTo(instant.getEpochSecond() * 1_000_000_000L + instant.getNano());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "tomorrow",
                "25:00",
                "2026-13-01",
                "2026-11-21T",
                "25:00Z",
                "10:00+99:00",
                "15x",
                "--15m",
                "minutes ago",
                "15 ago",
                "ago",
                "15 months ago",
                "yesterday 25:00",
                "yesterday noon",
                "9:5",
                "m",
                "9999999999999999999d",
                "1795251036929108427",
                "99999999999",
                "1795251036.",
                "2026-11-21T10:00:00+0",
                "2026-02-30"
            })
    void refusesAnythingElse(String text) {
        TimeGrammar grammar = new TimeGrammar(CLOCK, ZoneId.of("UTC"));

        assertThatThrownBy(() -> grammar.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("'" + text + "' is not a time; write " + TimeGrammar.FORMS);
    }

    /** The first and the last number of ns stand for no beginning and no end. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "0000-01-01",
                "0001-01-01",
                "1677-09-21T00:12:43.145224192Z",
                "2262-04-11T23:47:16.854775807Z",
                "9999-12-31"
            })
    void aTimeThatTheJournalCannotHoldIsOutOfRange(String text) {
        assertThatThrownBy(() -> new TimeGrammar(CLOCK, ZoneId.of("UTC")).parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("'" + text + "' is out of range: times are from 1677-09-22 to 2262-04-11");
    }
}
