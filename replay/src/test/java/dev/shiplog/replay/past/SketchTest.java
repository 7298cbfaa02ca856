package dev.shiplog.replay.past;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SketchTest {
    @Test
    void quantilesAreWithinTheErrorThatItStates() {
        long seed = Long.getLong("shiplog.seed", System.nanoTime());
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            double[] numbers = new double[1 + random.nextInt(2000)];
            double magnitude = Math.pow(10, random.nextInt(20) - 2);
            Sketch sketch = new Sketch();
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = random.nextInt(4) == 0 ? 0 : magnitude * Math.exp(random.nextGaussian() * 2);
                sketch.add(numbers[i]);
            }
            Arrays.sort(numbers);
            for (double part : new double[] {0, 0.5, 0.95, 1}) {
                double exact = numbers[(int) Math.max(1, Math.ceil(part * numbers.length)) - 1];
                assertThat(sketch.quantile(part))
                        .as("seed %d, round %d, quantile %s of %d", seed, round, part, numbers.length)
                        .isCloseTo(exact, within(exact * Sketch.ERROR * 1.0001 + Sketch.LEAST));
            }
        }
    }

    @Test
    void nothingHasNoQuantiles() {
        assertThat(new Sketch().quantile(0.95)).isNaN();
        Series series = new Series();
        assertThat(new double[] {series.min(), series.mean(), series.p95(), series.max(), series.last()})
                .containsOnly(Double.NaN);
    }
}
