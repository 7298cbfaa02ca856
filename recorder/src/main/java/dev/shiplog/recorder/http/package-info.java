/** HTTP to an engine over the JDK's own sockets: docker-java's transport, in the few hundred lines that GETs need. */
@NullMarked
package dev.shiplog.recorder.http;

import org.jspecify.annotations.NullMarked;
