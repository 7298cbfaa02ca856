package dev.shiplog.acceptance;

import java.util.List;

/**
 * One that was made.
 *
 * @param what its name and variant, for messages
 * @param ends of its containers; those of one container in the order of time
 */
record Incident(String kind, String what, List<End> ends) {}
