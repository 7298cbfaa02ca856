package dev.shiplog.replay.command;

import dev.shiplog.replay.past.Branch;
import dev.shiplog.replay.past.HostAt;
import dev.shiplog.replay.past.HostOver;
import dev.shiplog.replay.past.LivesReader;
import dev.shiplog.replay.past.MomentReader;
import dev.shiplog.replay.query.Reading;
import dev.shiplog.replay.query.TimeRange;
import dev.shiplog.replay.query.Times;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Reads the hosts of sources at a moment, or up to the end of a range, for the verbs that ask for one. */
final class Moments {
    private Moments() {}

    /**
     * The hosts at {@code moment}, in the order of the sources. What is missing of the answer is reported.
     *
     * @param also takes each record up to the moment, of one host after the other
     */
    static List<HostAt> read(Console console, Report report, List<Path> sources, long moment, Branch<?> also)
            throws IOException {
        List<HostAt> hosts = new ArrayList<>();
        for (Sources.Host host : Sources.byHost(sources)) {
            hosts.add(read(console, report, host, moment, also));
        }
        return hosts;
    }

    /** As above, of one host. */
    static HostAt read(Console console, Report report, Sources.Host of, long moment, Branch<?> also)
            throws IOException {
        MomentReader host = new MomentReader(moment, also);
        try (Reading reading = Reading.openWhole(of.files(), MomentReader.query(moment), Map.of(), console.clock())) {
            Steps.notices(
                    console,
                    reading,
                    step -> {
                        host.step(step, reading);
                        report.check(reading.last());
                    },
                    report::add);
            return host.result(reading.received(), moment <= now(console) && of.isRecorded());
        }
    }

    /**
     * The containers of each host over a range, in the order of the sources. What is missing of the answer is reported; the
     * hosts of which the end of the range is not known are not.
     */
    static List<HostOver> lives(Console console, Report report, List<Path> sources, TimeRange range)
            throws IOException {
        List<HostOver> hosts = new ArrayList<>();
        GapLines gaps = new GapLines();
        for (Sources.Host host : Sources.byHost(sources)) {
            HostOver lives = lives(console, report, gaps, host, range);
            if (lives.first() != 0 && range.since() != Long.MIN_VALUE) {
                report.addGap("not known" + of(lives.end()) + " before " + Times.format(lives.first())
                        + ": the journal begins then");
            }
            hosts.add(lives);
        }
        gaps.report(report);
        return hosts;
    }

    private static HostOver lives(Console console, Report report, GapLines gaps, Sources.Host of, TimeRange range)
            throws IOException {
        boolean isRecorded = of.isRecorded();
        boolean endsWithJournal = range.until() == Long.MAX_VALUE && !isRecorded;
        LivesReader host = new LivesReader(range, endsWithJournal ? Long.MAX_VALUE : now(console));
        try (Reading reading = Reading.openWhole(of.files(), LivesReader.query(range), Map.of(), console.clock())) {
            Steps.notices(
                    console,
                    reading,
                    step -> {
                        host.step(step, reading);
                        report.check(reading.last());
                    },
                    notice -> {
                        if (notice instanceof Reading.Missing missing) {
                            gaps.add(missing.gap());
                        } else {
                            report.add(notice);
                        }
                    });
            return host.result(reading.received(), isRecorded);
        }
    }

    private static long now(Console console) {
        Instant now = console.clock().instant();
        return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
    }

    /** Says of each host whether the moment came twice, and why it is not known if it is not; gives the exit code. */
    static int reportUnknown(Console console, List<HostAt> hosts) {
        int code = ExitCode.OK;
        for (HostAt host : hosts) {
            if (host.cameBefore()) {
                console.say("the clock" + of(host) + " was set back: " + Times.format(host.moment())
                        + " came more than once; this is the last time");
            }
            HostAt.Unknown unknown = host.unknown();
            if (unknown != null) {
                code = ExitCode.GAPS;
                console.say("not known" + of(host) + " at "
                        + Times.format(host.moment())
                        + (unknown.since() == 0 ? "" : ", from " + Times.format(unknown.since()) + " on") + ": "
                        + unknown.reason());
            }
        }
        return code;
    }

    private static String of(HostAt host) {
        return host.host().isEmpty() ? "" : " of " + host.host();
    }
}
