package dev.shiplog.replay.past;

/** What is known of a series of numbers, in bounded memory. NaN where there are none. Not thread safe. */
public final class Series {
    private final Sketch sketch = new Sketch();
    private double min = Double.NaN;
    private double max = Double.NaN;
    private double last = Double.NaN;
    private double sum;
    private double weights;

    /** @param weight of the number in the mean */
    void add(double number, double weight) {
        sketch.add(number);
        min = number >= min ? min : number;
        max = number <= max ? max : number;
        last = number;
        sum += number * weight;
        weights += weight;
    }

    public double min() {
        return min;
    }

    public double mean() {
        return weights == 0 ? Double.NaN : sum / weights;
    }

    /** The number that 95 of 100 are not above, by nearest rank; with an error of {@value Sketch#ERROR} of it. */
    public double p95() {
        double found = sketch.quantile(0.95);
        return Double.isNaN(found) ? found : Math.min(max, Math.max(min, found));
    }

    public double max() {
        return max;
    }

    public double last() {
        return last;
    }
}
