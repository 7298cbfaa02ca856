package dev.shiplog.journal.codec;

import dev.shiplog.journal.record.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds out how the slots of one shape are guessed best, from the first records of that shape: engines repeat
 * themselves ({@code preread} is the {@code read} of before, {@code total_rss} moves like {@code rss}), and nobody has
 * to tell which and where. Costs nothing once it has learned.
 */
final class Trainer {
    /** After how many records the guesses are drawn up anew. */
    private static final int[] LESSONS = {8, 32, 128, 512};

    private static final int MAX_CANDIDATES = 8;

    private final Shape shape;
    private final List<List<Candidate>> candidates = new ArrayList<>();
    private int observed;
    private Prediction prediction;

    Trainer(Shape shape) {
        this.shape = shape;
        this.prediction = new Prediction(shape.slots());
        for (int i = 0; i < shape.slots(); i++) {
            List<Candidate> list = new ArrayList<>(2);
            if (isNumber(i)) {
                list.add(new Candidate(Prediction.LAST, 0));
                list.add(new Candidate(Prediction.LINEAR, 0));
            }
            candidates.add(list);
        }
    }

    /** The best guesses known. The same object as long as they do not change. */
    Prediction prediction() {
        return prediction;
    }

    boolean learning() {
        return observed < LESSONS[LESSONS.length - 1];
    }

    /** Takes in one record: its numbers, those of the record it is coded against, and those before. */
    void observe(long[] before, long[] last, long[] now) {
        for (int i = 0; i < shape.slots(); i++) {
            if (!isNumber(i)) {
                continue;
            }
            if (now[i] != last[i]) {
                propose(i, last, now);
            }
            for (Candidate candidate : candidates.get(i)) {
                candidate.observe(now[i] - candidate.guess(i, before, last, now));
            }
        }
        observed++;
        for (int lesson : LESSONS) {
            if (observed == lesson) {
                drawUp();
            }
        }
    }

    private void propose(int i, long[] last, long[] now) {
        List<Candidate> list = candidates.get(i);
        long move = now[i] - last[i];
        for (int j = 0; j < shape.slots() && list.size() < MAX_CANDIDATES; j++) {
            if (j == i || !isNumber(j)) {
                continue;
            }
            if (last[j] == now[i] && last[j] != last[i]) {
                add(list, Prediction.PREVIOUS_OF, j);
            }
            if (j < i && now[j] - last[j] == move) {
                add(list, Prediction.MOVES_LIKE, j);
            }
        }
    }

    private static void add(List<Candidate> list, byte how, int of) {
        for (Candidate candidate : list) {
            if (candidate.how == how && candidate.of == of) {
                return;
            }
        }
        Candidate added = new Candidate(how, of);
        // What it would have cost before it was thought of: no less than the plain guess did.
        added.bits = list.get(0).bits;
        list.add(added);
    }

    private void drawUp() {
        int slots = shape.slots();
        Prediction drawn = new Prediction(slots);
        boolean changed = false;
        for (int i = 0; i < slots; i++) {
            Candidate best = null;
            for (Candidate candidate : candidates.get(i)) {
                if (best == null || candidate.cost() < best.cost()) {
                    best = candidate;
                }
            }
            if (best != null) {
                drawn.how[i] = best.how;
                drawn.of[i] = best.of;
                drawn.scale[i] = (byte) best.scale();
                changed |= drawn.how[i] != prediction.how[i]
                        || drawn.of[i] != prediction.of[i]
                        || drawn.scale[i] != prediction.scale[i];
            }
        }
        if (changed) {
            prediction = drawn;
        }
    }

    private boolean isNumber(int i) {
        return shape.type(i).isNumeric();
    }

    /** One way to guess one slot, and what its misses would have cost so far. */
    private static final class Candidate {
        final byte how;
        final int of;
        long bits;
        int misses;
        long unit;

        Candidate(byte how, int of) {
            this.how = how;
            this.of = of;
        }

        long guess(int i, long[] before, long[] last, long[] now) {
            return switch (how) {
                case Prediction.LAST -> last[i];
                case Prediction.PREVIOUS_OF -> last[of];
                case Prediction.MOVES_LIKE -> last[i] + now[of] - last[of];
                default -> 2 * last[i] - before[i];
            };
        }

        void observe(long miss) {
            if (miss != 0) {
                misses++;
                bits += 8 + 64 - Long.numberOfLeadingZeros(miss ^ (miss >> 63));
                unit = gcd(unit, Math.abs(miss));
            }
        }

        int scale() {
            int best = 0;
            for (int s = 1; s < Prediction.SCALES.length; s++) {
                if (misses > 1 && unit % Prediction.SCALES[s] == 0) {
                    best = s;
                }
            }
            return best;
        }

        long cost() {
            int saved = 63 - Long.numberOfLeadingZeros(Prediction.SCALES[scale()]);
            return bits - (long) misses * saved;
        }

        private static long gcd(long a, long b) {
            long x = a;
            long y = b;
            while (y != 0) {
                long rest = x % y;
                x = y;
                y = rest;
            }
            return x;
        }
    }
}
