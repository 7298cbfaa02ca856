package dev.shiplog.replay.completion;

import java.util.List;

/** The shells that can complete, by their names on the command line. */
public enum Shell {
    bash,
    zsh,
    fish;

    /** The script that makes the shell complete these verbs, in the shell's own language. */
    public String script(List<CompletedVerb> verbs) {
        return switch (this) {
            case bash -> BashScript.of(verbs);
            case zsh -> ZshScript.of(verbs);
            case fish -> FishScript.of(verbs);
        };
    }
}
