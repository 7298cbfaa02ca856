package dev.shiplog.replay.export;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.JsonString;
import dev.shiplog.journal.record.Envelope;
import dev.shiplog.replay.query.Origin;
import dev.shiplog.timeline.payload.Container;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a line whose values are not in its payload, ready to be written: comma, name and value, or nothing if the
 * value is not known.
 *
 * @param place what {@code origin} was made from
 * @param of what the others were made from; null if nothing is known of the container
 */
record Beside(
        Origin.Place place,
        @Nullable Container of,
        byte[] origin,
        byte[] name,
        byte[] id,
        byte[] image,
        byte[] imageId) {
    static Beside of(Origin.Place place, String id, @Nullable Container container) {
        byte[] origin = Envelope.origin(place.host(), place.journal());
        byte[] ofId = fields("container_id", id);
        if (container == null) {
            return new Beside(place, null, origin, fields(), ofId, fields(), fields());
        }
        return new Beside(
                place,
                container,
                origin,
                fields("container", container.name().isEmpty() ? "" : "/" + container.name()),
                ofId,
                fields("image", container.image()),
                fields("image_id", container.imageId()));
    }

    private static byte[] fields(String... namesAndValues) {
        Bytes out = new Bytes(64);
        for (int i = 0; i < namesAndValues.length; i += 2) {
            if (!namesAndValues[i + 1].isEmpty()) {
                out.put(',');
                JsonString.put(namesAndValues[i], out);
                out.put(':');
                JsonString.put(namesAndValues[i + 1], out);
            }
        }
        return out.toArray();
    }
}
