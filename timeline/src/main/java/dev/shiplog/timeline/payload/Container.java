package dev.shiplog.timeline.payload;

import java.util.Map;

/**
 * What is known of one container; what is not known is empty.
 *
 * @param id the full id
 * @param name without the slash that the engine puts before it
 * @param image the reference it was created from, as {@code busybox:latest}
 * @param imageId the id of the image behind it
 * @param labels from its description; until one was seen, all attributes of its last event, which hold the labels
 */
public record Container(String id, String name, String image, String imageId, Map<String, String> labels) {}
