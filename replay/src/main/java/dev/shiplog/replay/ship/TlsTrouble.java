package dev.shiplog.replay.ship;

import java.io.IOException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import org.jspecify.annotations.Nullable;

/** What Java says of TLS that cannot be agreed, in words for who runs this program. */
final class TlsTrouble {
    private TlsTrouble() {}

    /** What is wrong, and would be again the next time; null if it is something else. */
    static @Nullable String of(IOException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            String message = String.valueOf(cause.getMessage());
            if (cause instanceof CertificateExpiredException || cause instanceof CertificateNotYetValidException) {
                return "its certificate is not valid at this time: " + message;
            }
            if (message.contains("PKIX path") && cause.getCause() == null
                    || message.contains("unable to find valid certification path")) {
                return "its certificate is signed by nobody who is trusted here; --ca-file FILE names whom to trust";
            }
            if (message.contains("No subject alternative") || message.contains("No name matching")) {
                return "its certificate is for another name (" + message + "); use a name that is in it for --to";
            }
            if (message.contains("certificate_required") || message.contains("bad_certificate")) {
                return "it asks for a certificate of ours, or does not trust the one that it got; see --cert-file and"
                        + " --key-file";
            }
            if (message.contains("Unsupported or unrecognized SSL message")) {
                return "it does not speak TLS; is it http:// instead?";
            }
        }
        return null;
    }
}
