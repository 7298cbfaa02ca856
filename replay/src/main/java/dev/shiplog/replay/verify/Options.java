package dev.shiplog.replay.verify;

import java.security.PublicKey;
import org.jspecify.annotations.Nullable;

/**
 * How thoroughly a {@link Verification} looks.
 *
 * @param fast whether only manifests and the beginnings of files are read
 * @param key that archives must be signed with; null to leave signatures alone
 * @param unsignedCuts whether archives that are in no chain, as {@code cut} and {@code salvage} make them, need no signature
 */
public record Options(boolean fast, @Nullable PublicKey key, boolean unsignedCuts) {}
