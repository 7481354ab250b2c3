using System.CommandLine;
using GpuSeq.Models;

namespace GpuSeq.Cli.Commands;

/// <summary><c>gpuseq classify</c>.</summary>
internal static class ClassifyCommand
{
    private const int MostShown = 60; // characters of a text in a table

    public static Command Create(CommandOutput output)
    {
        var folder = new Argument<string>("RUN") { Description = "The folder of a run or a model." };
        var command = new Command(
            "classify", "Say what texts are, and how sure the model is of it. Models of pairs or choices take all texts of an example in one, "
                + "with tabs between them: two texts, or a context and the choices.")
        {
            folder,
        };
        var texts = new TextArguments(command);
        var json = CommonOptions.Json();
        command.Add(json);
        var device = new DeviceOptions(command);
        command.SetAction(call =>
        {
            using var computer = device.Open(call);
            using var classifier = TrainedModels.LoadClassifier(computer, new(call.GetValue(folder)!));
            var classes = texts.Read(call).SelectMany(classifier.Classify);
            if (call.GetValue(json))
                output.Json(classes);
            else if (output.IsTerminal && !Console.IsOutputRedirected && texts.AreGiven(call))
                WriteTable(output, classes.ToArray());
            else
                WriteLines(output, classes);
            return ExitCode.Success;
        });
        return command;
    }

    // Where models choose, one text may have more choices than another.
    private static void WriteTable(CommandOutput output, TextClass[] classes)
    {
        var labels = classes.Select(said => said.Probabilities.Keys).MaxBy(labels => labels.Count())!.ToArray();
        output.Table(
            ["LABEL", .. labels.Select(label => $"{label} "), "TEXT"],
            classes.Select(said => (string[])[said.Label, .. Cells(said), Shortened(said.Text)]));

        IEnumerable<string> Cells(TextClass said) =>
            labels.Select(label => said.Probabilities.ContainsKey(label) ? Share(said, label) : "");
    }

    // The label, the probability of each label in the order of the labels, and the text, with tabs between them.
    private static void WriteLines(CommandOutput output, IEnumerable<TextClass> classes)
    {
        foreach (var said in classes)
            output.Out.WriteLine(string.Join('\t', [said.Label, .. said.Probabilities.Keys.Select(label => Share(said, label)), said.Text]));
    }

    private static string Share(TextClass said, string label) => Format.Invariant($"{said.Probabilities[label]:0.0000}");

    private static string Shortened(string text)
    {
        text = text.Replace("\t", " | ", StringComparison.Ordinal);
        return text.Length <= MostShown ? text : $"{text[..(MostShown - 1)]}\u2026";
    }
}
