package dev.shiplog.replay.explain;

import java.util.ArrayList;
import java.util.List;

/** What may have played a part in an end, or tells how far it is known. */
final class Factors {
    private static final double NEAR = 0.9;
    /** Fewer samples show no trend. */
    private static final int LEAST_SAMPLES = 4;
    /** A trend explains so much of how samples differ. */
    private static final double FIT = 0.7;
    /** It is worth naming if memory would be used up within this, at this rate. */
    private static final double SOON_SECONDS = 24 * 3600.0;

    private static final double GROWTH = 0.05;

    private Factors() {}

    static List<String> of(Life life) {
        List<String> factors = new ArrayList<>();
        add(factors, "unhealthy", life.health().equals("unhealthy"));
        add(factors, "limit-changed", life.context().previousLimit() >= 0);
        String imageId = life.container().imageId();
        String previous = life.context().previousImage();
        add(factors, "image-moved", !previous.isEmpty() && !imageId.isEmpty() && !imageId.equals(previous));
        add(factors, "memory-growing", secondsToLimit(life) < SOON_SECONDS);
        add(factors, "near-limit", isNearLimit(life));
        boolean isShort = life.duration() >= 0 && life.duration() < Life.SECOND;
        add(factors, "short-life", isShort && life.end() != Life.End.FOUND);
        add(factors, "auto-removed", life.isAutoRemoved());
        add(factors, "live-restored", wasLiveRestored(life));
        add(factors, "recorder-down", life.silences().stream().anyMatch(silence -> isWithin(life, silence)));
        return factors;
    }

    private static void add(List<String> factors, String word, boolean holds) {
        if (holds) {
            factors.add(word);
        }
    }

    private static boolean isNearLimit(Life life) {
        long limit = life.limit();
        List<Sample> samples = life.samples();
        return limit > 0
                && !samples.isEmpty()
                && samples.get(samples.size() - 1).memory() >= NEAR * (double) limit;
    }

    /** Whether the engine went away and came back while it ran, and it went on. */
    private static boolean wasLiveRestored(Life life) {
        return life.started() != 0
                && life.silences().stream()
                        .anyMatch(silence -> silence.ofEngine()
                                && silence.from() > life.started()
                                && (life.ended() == 0 || silence.to() < life.ended()));
    }

    private static boolean isWithin(Life life, Silence silence) {
        return !silence.ofEngine()
                && silence.to() >= life.started()
                && (life.ended() == 0 || silence.from() <= life.ended());
    }

    /** How long the rest of its memory lasts at the rate of the samples; infinite if they show no growth. */
    static double secondsToLimit(Life life) {
        long limit = life.limit();
        List<Sample> samples = life.samples();
        if (limit <= 0 || samples.size() < LEAST_SAMPLES) {
            return Double.POSITIVE_INFINITY;
        }
        double rate = rate(samples);
        double rest = (double) (limit - samples.get(samples.size() - 1).memory());
        double span = (samples.get(samples.size() - 1).time() - samples.get(0).time()) / (double) Life.SECOND;
        return rate * span < GROWTH * (double) limit ? Double.POSITIVE_INFINITY : Math.max(0, rest) / rate;
    }

    /** By how many bytes a second memory grows, by least squares; 0 if the samples lie on no line. */
    static double rate(List<Sample> samples) {
        double n = samples.size();
        double meanTime = 0;
        double meanMemory = 0;
        long first = samples.get(0).time();
        for (Sample sample : samples) {
            meanTime += (sample.time() - first) / (double) Life.SECOND / n;
            meanMemory += (double) sample.memory() / n;
        }
        double xx = 0;
        double xy = 0;
        double yy = 0;
        for (Sample sample : samples) {
            double x = (sample.time() - first) / (double) Life.SECOND - meanTime;
            double y = (double) sample.memory() - meanMemory;
            xx += x * x;
            xy += x * y;
            yy += y * y;
        }
        boolean fits = xx > 0 && yy > 0 && xy > 0 && xy * xy / (xx * yy) >= FIT;
        return fits ? xy / xx : 0;
    }
}
