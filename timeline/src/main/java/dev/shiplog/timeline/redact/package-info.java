/**
 * Removes secrets from payloads. Start with {@link dev.shiplog.timeline.redact.Redaction} (what is removed) and
 * {@link dev.shiplog.timeline.redact.SecretSearch} (how it is found).
 */
@NullMarked
package dev.shiplog.timeline.redact;

import org.jspecify.annotations.NullMarked;
