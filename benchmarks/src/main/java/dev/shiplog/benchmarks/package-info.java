/** JMH benchmarks, and the programs they are compared with. */
@NullMarked
package dev.shiplog.benchmarks;

import org.jspecify.annotations.NullMarked;
