package dev.shiplog.recorder.logs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * A log that grows and is read again and again, from its end back or as a whole, and cut off anywhere: each message is taken
 * once, in order. Times are shared by messages and go back a little, as real ones.
 */
class LogAlignmentTest {
    /** Times go back by three of these at most, in ns. */
    private static final long STEP = 30_000_000;

    private final long seed = Long.getLong("shiplog.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final List<Long> log = new ArrayList<>();
    /** The numbers of the messages that were taken. */
    private final List<Integer> taken = new ArrayList<>();

    private LogPosition position = LogPosition.from(1_000);
    private long clock = 1_000;

    @Test
    void eachMessageIsTakenOnceWhateverIsReadAgain() {
        for (int round = 0; round < 300; round++) {
            log.clear();
            taken.clear();
            position = LogPosition.from(1_000);
            clock = 1_000;
            for (int reading = 0; reading < 20; reading++) {
                grow(random.nextInt(40));
                read(log.size() - Math.min(log.size(), random.nextInt(30)), false);
            }
            read(0, true);
            assertThat(taken).as("seed %d, round %d", seed, round).isEqualTo(numbers());
        }
    }

    @Test
    void afterARotationWhatIsLeftIsTakenAndTheLossIsTold() {
        for (int round = 0; round < 300; round++) {
            log.clear();
            taken.clear();
            position = LogPosition.from(1_000);
            clock = 1_000;
            grow(10 + random.nextInt(20));
            read(0, true);
            int read = log.size();
            clock += 10 * STEP;
            grow(10 + random.nextInt(20));
            int kept = read + random.nextInt(log.size() - read);
            int losses = read(kept, true);
            assertThat(losses).as("seed %d, round %d", seed, round).isEqualTo(1);
            assertThat(taken.subList(read, taken.size()))
                    .as("seed %d, round %d", seed, round)
                    .isEqualTo(numbers().subList(kept, log.size()));
        }
    }

    @Test
    void whatIsOlderThanTheBeginningIsPassed() {
        LogAlignment alignment = new LogAlignment(LogPosition.from(10), true);
        assertThat(List.of(alignment.next(8), alignment.next(9), alignment.next(10), alignment.next(9)))
                .containsExactly(
                        LogAlignment.Step.PASS, LogAlignment.Step.PASS, LogAlignment.Step.TAKE, LogAlignment.Step.TAKE);
    }

    @Test
    void theLastMessagesMayNotReachBackFarEnough() {
        for (long time : new long[] {12 * STEP, 11 * STEP}) {
            assertThat(new LogAlignment(LogPosition.from(10).next(12 * STEP), false).next(time))
                    .isEqualTo(LogAlignment.Step.READ_MORE);
        }
        assertThat(new LogAlignment(LogPosition.from(10), false).next(10)).isEqualTo(LogAlignment.Step.READ_MORE);
        assertThat(new LogAlignment(LogPosition.from(10), true).next(10)).isEqualTo(LogAlignment.Step.TAKE);
    }

    /** Parts of long lines share their time; two streams are stamped before they meet. */
    private void grow(int count) {
        for (int i = 0; i < count; i++) {
            clock += random.nextInt(3) == 0 ? 0 : (1 + random.nextInt(5)) * STEP;
            boolean late = random.nextInt(5) == 0 && clock > 1_000 + 10 * STEP && !log.isEmpty();
            log.add(late ? clock - (1 + random.nextInt(3)) * STEP : clock);
        }
    }

    /**
     * Reads the messages from this one on, and takes the new ones, up to where it is interrupted.
     *
     * @return how many losses were told
     */
    private int read(int from, boolean whole) {
        LogAlignment alignment = new LogAlignment(position, whole);
        int losses = 0;
        int end = whole ? log.size() : log.size() - random.nextInt(1 + log.size() - from);
        for (int i = from; i < end; i++) {
            switch (alignment.next(log.get(i))) {
                case PASS -> {}
                case READ_MORE -> {
                    return read(0, true);
                }
                case TAKE_AFTER_LOSS -> {
                    losses++;
                    take(i);
                }
                case TAKE -> take(i);
            }
        }
        return losses;
    }

    private void take(int i) {
        taken.add(i);
        position = position.next(log.get(i));
    }

    private List<Integer> numbers() {
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < log.size(); i++) {
            numbers.add(i);
        }
        return numbers;
    }
}
