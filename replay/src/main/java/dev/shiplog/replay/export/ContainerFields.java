package dev.shiplog.replay.export;

import dev.shiplog.journal.codec.Bytes;
import dev.shiplog.journal.record.Container;
import dev.shiplog.replay.json.JsonText;
import org.jspecify.annotations.Nullable;

/**
 * The fields that stand beside a payload about a container, ready to be written: comma, name and value, or nothing if
 * the value is not known.
 *
 * @param of what they were made from, null if nothing is known of the container
 */
record ContainerFields(@Nullable Container of, byte[] name, byte[] id, byte[] image, byte[] imageId) {
    static ContainerFields of(String id, @Nullable Container container) {
        if (container == null) {
            return new ContainerFields(
                    null, field("container", ""), field("container_id", id), new byte[0], new byte[0]);
        }
        return new ContainerFields(
                container,
                field("container", container.name().isEmpty() ? "" : "/" + container.name()),
                field("container_id", id),
                field("image", container.image()),
                field("image_id", container.imageId()));
    }

    private static byte[] field(String name, String value) {
        Bytes out = new Bytes(name.length() + value.length() + 8);
        if (!value.isEmpty()) {
            out.put(',');
            JsonText.putString(name, out);
            out.put(':');
            JsonText.putString(value, out);
        }
        return out.toArray();
    }
}
