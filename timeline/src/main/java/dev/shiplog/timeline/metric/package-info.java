/**
 * The metrics of containers in Prometheus's terms: {@link dev.shiplog.timeline.metric.Metrics} is the table of them, and says
 * how the value of each follows from samples and events.
 */
@NullMarked
package dev.shiplog.timeline.metric;

import org.jspecify.annotations.NullMarked;
