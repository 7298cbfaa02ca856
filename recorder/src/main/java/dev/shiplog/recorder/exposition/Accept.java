package dev.shiplog.recorder.exposition;

import java.util.Locale;

/** Reads what a client says it takes. Never fails: what makes no sense is passed over. */
final class Accept {
    private Accept() {}

    /** Whether OpenMetrics is wanted at least as much as the older text. */
    static boolean prefersOpenMetrics(String accept) {
        double open = 0;
        double text = 0;
        for (String item : accept.toLowerCase(Locale.ROOT).split(",", 20)) {
            double weight = weight(item);
            switch (item.split(";", 2)[0].strip()) {
                case "application/openmetrics-text" -> open = Math.max(open, weight);
                case "text/plain", "text/*" -> text = Math.max(text, weight);
                default -> {}
            }
        }
        return open > 0 && open >= text;
    }

    static boolean takesGzip(String encodings) {
        for (String item : encodings.toLowerCase(Locale.ROOT).split(",", 20)) {
            if (item.split(";", 2)[0].strip().equals("gzip")) {
                return weight(item) > 0;
            }
        }
        return false;
    }

    private static double weight(String item) {
        for (String parameter : item.split(";")) {
            String plain = parameter.strip();
            if (plain.startsWith("q=")) {
                try {
                    return Double.parseDouble(plain.substring(2));
                } catch (NumberFormatException e) {
                    return 0;
                }
            }
        }
        return 1;
    }
}
