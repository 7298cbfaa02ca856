/** What holds for the whole: start with {@link dev.shiplog.acceptance.ArchitectureTest}. */
@NullMarked
package dev.shiplog.acceptance;

import org.jspecify.annotations.NullMarked;
