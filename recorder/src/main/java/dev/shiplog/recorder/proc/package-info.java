/**
 * What the kernel says of containers in the host's {@code /proc}. Start with {@link dev.shiplog.recorder.proc.HostProc}.
 */
@NullMarked
package dev.shiplog.recorder.proc;

import org.jspecify.annotations.NullMarked;
