package dev.shiplog.replay.command;

import dev.shiplog.replay.query.GapLine;
import dev.shiplog.timeline.Gap;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Gaps of a range, to be reported after the answer: each once, and only a number of them if there are many. Not thread safe. */
final class GapLines {
    private static final int MOST = 10;

    private final List<Gap> gaps = new ArrayList<>();
    /** The index of the newest gap of those that are alike. */
    private final Map<List<Object>, Integer> newest = new HashMap<>();

    /** Adds a gap; a long one is stated piece by piece, and is one here. */
    void add(Gap next) {
        List<Object> alike = List.of(next.type(), next.kind(), next.subject(), next.count(), next.reason());
        Integer before = newest.get(alike);
        if (before != null
                && gaps.get(before).from() <= next.from()
                && next.from() <= gaps.get(before).to()) {
            Gap gap = gaps.get(before);
            long to = Math.max(gap.to(), next.to());
            gaps.set(before, new Gap(gap.type(), gap.kind(), gap.subject(), gap.count(), gap.from(), to, gap.reason()));
        } else {
            newest.put(alike, gaps.size());
            gaps.add(next);
        }
    }

    /** Reports them. */
    void report(Report report) {
        gaps.stream().limit(MOST).forEach(gap -> report.addGap(GapLine.of(gap)));
        if (gaps.size() > MOST) {
            report.addGap("gap: and " + (gaps.size() - MOST) + " more; 'replay gaps' lists them all");
        }
    }
}
