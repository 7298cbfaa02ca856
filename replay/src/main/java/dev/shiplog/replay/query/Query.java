package dev.shiplog.replay.query;

/**
 * What a {@link Reading} is to find.
 *
 * @param range times of the records
 * @param filter which of these records
 * @param restated whether to include what each segment repeats at its start
 * @param follow whether to wait at the end for more
 * @param limit after how many records to end
 * @param namesContainers whether {@link Reading#containers} will be asked; the filter's own questions apart
 * @param metersConsumption whether {@link Reading#consumption} will be asked
 */
public record Query(
        TimeRange range,
        RecordFilter filter,
        boolean restated,
        boolean follow,
        long limit,
        boolean namesContainers,
        boolean metersConsumption) {
    /** Of a reading that will not be asked what containers used. */
    public Query(
            TimeRange range,
            RecordFilter filter,
            boolean restated,
            boolean follow,
            long limit,
            boolean namesContainers) {
        this(range, filter, restated, follow, limit, namesContainers, false);
    }
}
