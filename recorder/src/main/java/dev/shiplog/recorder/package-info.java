/** Follows one engine for months; start with {@link dev.shiplog.recorder.RecorderMain}. */
@NullMarked
package dev.shiplog.recorder;

import org.jspecify.annotations.NullMarked;
