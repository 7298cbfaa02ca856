package dev.shiplog.replay.command;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;

/** Help that breaks lines only at spaces; picocli would also break them after {@code =}, {@code :} and {@code |}. */
final class WordHelp extends Help {
    /** The columns before a description: letter and comma, a name of up to 24 characters, the margin. */
    private static final int COLUMNS_BEFORE = 30;

    WordHelp(CommandSpec spec, ColorScheme scheme) {
        super(spec, scheme);
    }

    @Override
    public IOptionRenderer createDefaultOptionRenderer() {
        IOptionRenderer renderer = super.createDefaultOptionRenderer();
        return (option, labels, scheme) -> renderer.render(
                option.toBuilder().description(lines(option.description())).build(), labels, scheme);
    }

    @Override
    public IParameterRenderer createDefaultParameterRenderer() {
        IParameterRenderer renderer = super.createDefaultParameterRenderer();
        return (parameter, labels, scheme) -> renderer.render(
                parameter.toBuilder()
                        .description(lines(parameter.description()))
                        .build(),
                labels,
                scheme);
    }

    private String[] lines(String[] description) {
        int width = commandSpec().usageMessage().width() - COLUMNS_BEFORE;
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : String.join(" ", description).split(" ")) {
            if (line.length() > 0 && line.length() + 1 + word.length() > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.length() == 0 ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines.toArray(new String[0]);
    }
}
