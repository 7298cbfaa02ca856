package dev.shiplog.replay.command;

import dev.shiplog.journal.record.RecordView;
import dev.shiplog.replay.past.HostAt;
import dev.shiplog.replay.past.MomentReader;
import dev.shiplog.replay.query.Reading;
import dev.shiplog.replay.query.Times;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Reads the hosts of sources at a moment, for the verbs that ask for one. */
final class Moments {
    private Moments() {}

    /**
     * The hosts at {@code moment}, in the order of the sources. What is missing of the answer is reported.
     *
     * @param also takes each record up to the moment, of one host after the other
     */
    static List<HostAt> read(Console console, Report report, List<Path> sources, long moment, Consumer<RecordView> also)
            throws IOException {
        List<HostAt> hosts = new ArrayList<>();
        for (Sources.Host host : Sources.byHost(sources)) {
            hosts.add(read(console, report, host, moment, also));
        }
        return hosts;
    }

    /** As above, of one host. */
    static HostAt read(Console console, Report report, Sources.Host of, long moment, Consumer<RecordView> also)
            throws IOException {
        MomentReader host = new MomentReader(moment, also);
        try (Reading reading = Reading.openWhole(of.files(), MomentReader.query(moment), Map.of(), console.clock())) {
            Steps.each(console, reading, step -> {
                host.step(step, reading);
                if (step instanceof Reading.Notice notice) {
                    report.add(notice);
                } else if (step instanceof Reading.End end) {
                    end.notices().forEach(report::add);
                }
            });
            boolean hasCome =
                    !Instant.ofEpochSecond(0, moment).isAfter(console.clock().instant());
            return host.result(reading.received(), hasCome && of.isRecorded());
        }
    }

    /** Says of each host at which the moment is not known why; gives the exit code. */
    static int reportUnknown(Console console, List<HostAt> hosts) {
        int code = ExitCode.OK;
        for (HostAt host : hosts) {
            HostAt.Unknown unknown = host.unknown();
            if (unknown != null) {
                code = ExitCode.GAPS;
                console.say("not known" + (host.host().isEmpty() ? "" : " of " + host.host()) + " at "
                        + Times.format(host.moment())
                        + (unknown.since() == 0 ? "" : ", from " + Times.format(unknown.since()) + " on") + ": "
                        + unknown.reason());
            }
        }
        return code;
    }
}
