package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.acceptance.Frames.Frame;
import dev.shiplog.acceptance.KernelWatch.Shot;
import dev.shiplog.acceptance.PrometheusServer.Scraped;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Holds what Prometheus has of one series against what docker was sent and what the kernel said meanwhile.
 *
 * <p>Each scraped value must be, to the digit, that of a sample that docker was sent, one of the newest before the scrape. The
 * engine read the kernel's files after it took the sample before and before it stamped this one: so the value lies between
 * the least and the most of what the files said from the last look before that time to the first after it, and 2 % around.
 */
final class Agreement {
    private static final double SHARE = 0.02;
    private static final double ROUNDING = 1e-9;

    private final String what;
    private final List<Frame> frames;
    private final List<Shot> shots;
    private final double longestGap;
    private int compared;
    private int close;
    private double farthest;
    private double oldest;

    /** A scraped value, and the number of the sample that it is of. */
    private record Match(Scraped scraped, int frame) {}

    Agreement(String what, List<Frame> frames, List<Shot> shots) {
        this.what = what;
        this.frames = frames;
        this.shots = shots;
        double longest = 0;
        for (int i = 1; i < frames.size(); i++) {
            longest = Math.max(longest, frames.get(i).read() - frames.get(i - 1).read());
        }
        longestGap = longest;
    }

    /** Fails if they do not agree; what there is to say of how well they do. */
    String of(String series, List<Scraped> history) {
        // What was scraped then is of samples that docker was sent, and of moments at which the kernel's files were
        // read.
        double begin = Math.max(frames.get(1).read(), shots.get(1).ended()) + 3 * longestGap;
        double end = frames.get(frames.size() - 1).read();
        List<Match> matches = new ArrayList<>();
        for (Scraped scraped : history) {
            if (scraped.at() > begin && scraped.at() < end) {
                matches.add(match(series, scraped));
            }
        }
        assertThat(matches).as("%s of %s: scrapes", series, what).hasSizeGreaterThan(5);
        matches.forEach(match -> againstKernel(series, match));
        return "%-60s %-9s %4d scraped, %5.1f %% of them within 2 %% of the kernel at that instant (farthest %.2f %%), %s, %.1f s old at most"
                .formatted(
                        series,
                        what,
                        compared,
                        100.0 * close / compared,
                        100 * farthest,
                        inAll(series, matches.get(0), matches.get(matches.size() - 1)),
                        oldest);
    }

    /** The newest sample before the scrape that has this value. */
    private Match match(String series, Scraped scraped) {
        for (int i = frames.size() - 1; i > 0; i--) {
            Frame frame = frames.get(i);
            Double value = frame.figures().get(series);
            if (frame.read() <= scraped.at()
                    && value != null
                    && Math.abs(value - scraped.value()) <= ROUNDING * Math.abs(value)) {
                double age = scraped.at() - frame.read();
                assertThat(age)
                        .as(
                                "%s of %s is of one of the newest samples, with %.3f s between two at most: %s",
                                series, what, longestGap, scraped)
                        .isLessThanOrEqualTo(3 * longestGap);
                oldest = Math.max(oldest, age);
                return new Match(scraped, i);
            }
        }
        throw new AssertionError("%s of %s: docker was sent no sample with %s before it, but: %s"
                .formatted(
                        series,
                        what,
                        scraped,
                        frames.stream()
                                .filter(frame -> Math.abs(frame.read() - scraped.at()) < 5)
                                .map(frame -> "%.3f: %s"
                                        .formatted(frame.read(), frame.figures().get(series)))
                                .toList()));
    }

    private void againstKernel(String series, Match match) {
        double from = frames.get(match.frame - 1).read();
        double to = frames.get(match.frame).read();
        double least = Double.MAX_VALUE;
        double most = -Double.MAX_VALUE;
        for (Shot shot : between(from, to)) {
            double value = shot.values().getOrDefault(series, 0.0);
            least = Math.min(least, value);
            most = Math.max(most, value);
        }
        double value = match.scraped.value();
        assertThat(value)
                .as("%s of %s in the sample of %.3f, after that of %.3f", series, what, to, from)
                .isBetween(least * (1 - SHARE) - ROUNDING, most * (1 + SHARE) + ROUNDING);
        double truth = at(series, to);
        double distance = value == truth ? 0 : Math.abs(value - truth) / Math.max(value, truth);
        compared++;
        close += distance <= SHARE ? 1 : 0;
        farthest = Math.max(farthest, distance);
    }

    /** From the last that was over at the one moment to the first that began at the other or later. */
    private List<Shot> between(double from, double to) {
        int first = 0;
        int last = shots.size() - 1;
        for (int i = 0; i < shots.size(); i++) {
            first = shots.get(i).ended() <= from ? i : first;
        }
        for (int i = shots.size() - 1; i >= first; i--) {
            last = shots.get(i).begun() >= to ? i : last;
        }
        return shots.subList(first, last + 1);
    }

    /** What the files said at a moment, on the line between the looks before and after. */
    private double at(String series, double moment) {
        List<Shot> around = between(moment, moment);
        Shot before = around.get(0);
        Shot after = around.get(around.size() - 1);
        double begin = before.values().getOrDefault(series, 0.0);
        double end = after.values().getOrDefault(series, 0.0);
        double length = after.ended() - before.ended();
        return length <= 0 ? end : begin + (end - begin) * Math.min(1, Math.max(0, (moment - before.ended()) / length));
    }

    /** What a counter counted over all scrapes. */
    private String inAll(String series, Match first, Match last) {
        if (!series.contains("_total")) {
            return "a gauge";
        }
        double counted = last.scraped.value() - first.scraped.value();
        double least = inAll(series, first, last, false);
        double most = inAll(series, first, last, true);
        assertThat(counted)
                .as("what %s of %s counted in all", series, what)
                .isBetween(least * (1 - SHARE) - ROUNDING, most * (1 + SHARE) + ROUNDING);
        double truth = at(series, frames.get(last.frame).read())
                - at(series, frames.get(first.frame).read());
        return String.format(
                Locale.ROOT,
                "in all %.6g for %.6g (%.2f %%)",
                counted,
                truth,
                truth == 0 ? 0 : 100 * (counted / truth - 1));
    }

    private double inAll(String series, Match first, Match last, boolean most) {
        double begin = edge(series, first, !most);
        double end = edge(series, last, most);
        return Math.max(0, end - begin);
    }

    /** The least or the most that the files said while the engine read them for this sample. */
    private double edge(String series, Match match, boolean most) {
        List<Shot> around = between(
                frames.get(match.frame - 1).read(), frames.get(match.frame).read());
        Shot shot = around.get(most ? around.size() - 1 : 0);
        return shot.values().getOrDefault(series, 0.0);
    }
}
